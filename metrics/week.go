package metrics

import "tearsheet/calendar"

// Reading is what is known of one metric on one day. A day that was loaded in
// part, or not at all, has no value; a loaded day may have none either (an
// average of no rows).
type Reading struct {
	Value    Value
	Coverage calendar.Coverage
	Version  string // of what was loaded, or "" if nobody knows
}

// Loaded reports whether the day was loaded completely.
func (r Reading) Loaded() bool { return r.Coverage.Complete() }

// Series is the history of one metric: its days, and the weeks of a metric that
// is computed over whole weeks. What is absent is unknown.
type Series struct {
	Days  map[calendar.Day]Reading
	Weeks map[calendar.Week]Value
}

// History holds the series of metrics by name.
type History map[string]Series

// Weekly is what a week of a metric is worth.
type Weekly struct {
	Actual   Value
	Coverage calendar.Coverage // loaded days of the seven
	Daily    [calendar.DaysPerWeek]Value
	Loads    string // identifies the loads of all seven days, or "" if nobody knows
}

// Provisional reports whether days of the week are missing.
func (w Weekly) Provisional() bool { return !w.Coverage.Complete() }

// Week rolls the days of m into week w.
//
// Of a week with missing days a mean and a ratio are taken over the days that are
// there; a sum, a level without its last day and a whole-week figure are unknown:
// a partial sum would look like a bad week. Coverage says how many days there
// were, and nothing prints the figure without it. A loaded day that has no value
// (an average of no rows) is left out of a mean and a ratio as well.
func (r *Registry) Week(history History, m *Metric, w calendar.Week) Weekly {
	if m.Roll == Ratio {
		return r.ratioWeek(history, m, w)
	}
	series := history[m.Name]
	var versions [calendar.DaysPerWeek]string
	week := Weekly{Coverage: calendar.Coverage{Of: calendar.DaysPerWeek}}
	for i, day := range w.Days() {
		reading := series.Days[day]
		versions[i] = reading.Version
		if reading.Loaded() {
			week.Coverage.Have++
			week.Daily[i] = reading.Value
		}
	}
	week.Loads = hashKnown(versions[:])
	week.Actual = week.roll(m.Roll)
	if m.Roll == Whole && !week.Provisional() {
		week.Actual = series.Weeks[w]
	}
	return week
}

func (w Weekly) roll(by Roll) Value {
	switch by {
	case Mean:
		return MeanOf(known(w.Daily[:])...)
	case Sum:
		if w.Provisional() {
			return Value{}
		}
		return SumOf(w.Daily[:]...)
	case Last:
		return w.Daily[calendar.DaysPerWeek-1]
	}
	return Value{}
}

// ratioWeek divides what the operands come to on the days that both have, so that
// a missing day of one cannot bend the ratio. An operand that counts over the whole
// week has no days of its own to leave out; beside it all seven are needed.
func (r *Registry) ratioWeek(history History, m *Metric, w calendar.Week) Weekly {
	of, to := r.Metric(m.RatioOf.Of), r.Metric(m.RatioOf.To)
	a, b := r.Week(history, of, w), r.Week(history, to, w)
	week := Weekly{Coverage: calendar.Coverage{Of: calendar.DaysPerWeek}, Loads: hashKnown([]string{a.Loads, b.Loads})}
	top, bottom := Int(0), Int(0)
	for i, day := range w.Days() {
		if !loaded(history, of, day) || !loaded(history, to, day) {
			continue
		}
		week.Coverage.Have++
		week.Daily[i] = m.share(a.Daily[i], b.Daily[i])
		if a.Daily[i].Known() && b.Daily[i].Known() {
			top, bottom = top.Add(a.Daily[i]), bottom.Add(b.Daily[i])
		}
	}
	if of.Roll == Whole || to.Roll == Whole {
		top, bottom = a.total(of), b.total(to)
	}
	week.Actual = m.share(top, bottom)
	if m.RatioOf.MeanOfDays {
		week.Actual = MeanOf(known(week.Daily[:])...)
	}
	return week
}

// total returns what all seven days of m come to, unknown if one has no value.
func (w Weekly) total(m *Metric) Value {
	if m.Roll == Whole {
		return w.Actual
	}
	return SumOf(w.Daily[:]...)
}

func loaded(history History, m *Metric, day calendar.Day) bool {
	return history[m.Name].Days[day].Loaded()
}

// share divides, in percent points if m is a percentage.
func (m *Metric) share(of, to Value) Value {
	if m.Unit == Percent {
		of = of.Mul(Int(100))
	}
	return of.Div(to)
}

func known(values []Value) []Value {
	var kept []Value
	for _, v := range values {
		if v.Known() {
			kept = append(kept, v)
		}
	}
	return kept
}

// hashKnown identifies versions that are all known; otherwise it returns "".
func hashKnown(versions []string) string {
	for _, version := range versions {
		if version == "" {
			return ""
		}
	}
	return hash(versions...)
}
