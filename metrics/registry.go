package metrics

import (
	"fmt"

	"tearsheet/calendar"
)

// Registry is what metrics.yaml says: the teams and their metrics, in the order
// of the file. It does not change after Load.
type Registry struct {
	teams   []Team
	metrics []*Metric
	byName  map[string]*Metric
}

// NewRegistry returns the registry of teams and metrics that are already known to
// be sound; Load makes one from a file.
func NewRegistry(teams []Team, metrics []*Metric) *Registry {
	r := &Registry{teams: teams, metrics: metrics, byName: make(map[string]*Metric, len(metrics))}
	for _, m := range metrics {
		r.byName[m.Name] = m
	}
	return r
}

// Teams returns the teams in the order of the file.
func (r *Registry) Teams() []Team { return r.teams }

// Metrics returns all metrics in the order of the file.
func (r *Registry) Metrics() []*Metric { return r.metrics }

// Metric returns the metric of that name, or nil.
func (r *Registry) Metric(name string) *Metric { return r.byName[name] }

// FigureHash identifies how the weekly figure of m is computed and in which unit,
// whatever its wording; of a ratio, how its operands are.
func (r *Registry) FigureHash(m *Metric, c calendar.Calendar) string {
	if m.Roll != Ratio {
		return hash(m.ComputationHash(c), string(m.Roll), string(m.Unit))
	}
	of, to := r.Metric(m.RatioOf.Of), r.Metric(m.RatioOf.To)
	return hash(of.ComputationHash(c), to.ComputationHash(c), fmt.Sprint(m.RatioOf.MeanOfDays), string(m.Unit))
}

// DefinitionHash identifies everything that says what m means: its own entry, and
// of a ratio how its operands are computed.
func (r *Registry) DefinitionHash(m *Metric, c calendar.Calendar) string {
	if m.Roll != Ratio {
		return m.DefinitionHash(c)
	}
	of, to := r.Metric(m.RatioOf.Of), r.Metric(m.RatioOf.To)
	return hash(m.DefinitionHash(c), of.ComputationHash(c), to.ComputationHash(c))
}
