package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tearsheet/internal/spelling"
	"tearsheet/metrics"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain METRIC | TABLE | TABLE@DAY",
		Short: "Say how a metric is computed, or how a day of a table came about",
		Long: "Of a metric: what it means, how it is computed, and which statement last ran. Of a day\n" +
			"of a table: why it is fresh or stale, which files, parents and SQL it was made of, and\n" +
			"its first rows. Without a day, its last loaded one is meant.",
		Example: "  tearsheet explain daily_active_users\n  tearsheet explain likes@2026-11-11\n  tearsheet explain users",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return a.explain(c.Context(), args[0]) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return append(a.metricNames(), a.assetNames()...), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// explanation is what explain says of a metric.
type explanation struct {
	Metric     string `json:"metric"`
	Title      string `json:"title"`
	Definition string `json:"definition"`
	Statement  string `json:"statement"`
	Ran        string `json:"ran,omitempty"`
	First      string `json:"first_day,omitempty"`
	Last       string `json:"last_day,omitempty"`
}

func (a *app) explain(ctx context.Context, name string) error {
	p, err := openUnplanned(a.dir)
	if err != nil {
		return err
	}
	m := p.registry.Metric(name)
	if asset := p.graph.Asset(strings.SplitN(name, "@", 2)[0]); asset != nil && (m == nil || strings.Contains(name, "@")) {
		return a.explainNode(ctx, p, name)
	}
	if m == nil {
		table, _, _ := strings.Cut(name, "@")
		known := append(a.metricNames(), a.assetNames()...)
		return hinted(usageError(fmt.Errorf("no metric and no table %q%s", table, spelling.DidYouMean(table, known))),
			"metrics: %s\ntables:  %s", strings.Join(a.metricNames(), ", "), strings.Join(a.assetNames(), ", "))
	}
	e := explanation{Metric: m.Name, Title: m.Title, Definition: m.Definition, Statement: m.Statement()}
	if m.Roll != metrics.Ratio {
		if err := e.addRan(ctx, p, m); err != nil {
			return err
		}
	}
	if a.json {
		return a.answer(e)
	}
	fmt.Fprintf(a.out, "%s (%s)\n%s\n\n%s\n", e.Title, e.Metric, e.Definition, strings.TrimSpace(e.Statement))
	if e.Ran != "" {
		fmt.Fprintf(a.out, "\nLast computed for %s to %s, together with what shares its table, by:\n\n%s\n", e.First, e.Last, strings.TrimSpace(e.Ran))
	}
	return nil
}

func (e *explanation) addRan(ctx context.Context, p *project, m *metrics.Metric) error {
	s, err := p.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	ran, ok, err := s.Statement(ctx, m.ComputationHash(p.config.calendar))
	if ok {
		e.Ran, e.First, e.Last = ran.Text, ran.First.String(), ran.Last.String()
	}
	return err
}

// metricNames returns the names of the registry, or none if it cannot be read.
func (a *app) metricNames() []string {
	p, err := openUnplanned(a.dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, m := range p.registry.Metrics() {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return names
}
