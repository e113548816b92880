package metrics

import (
	"strings"

	"tearsheet/internal/sqltext"
)

// checkForm holds the way in which a metric is computed against the rules: one
// form, whole, and fit for the roll.
func (e *entry) checkForm() {
	forms := e.forms()
	switch {
	case len(forms) == 0 && e.unknown[strings.Join(e.path(), "/")]: // probably a misspelt form
	case len(forms) == 0:
		e.loader.fault(e.path(), "says not how it is computed: want from and measure, or sql, or ratio")
	case len(forms) > 1:
		e.fault(forms[1], "has %s: want one of them", strings.Join(forms, " and "))
		return
	}
	e.checkRatioRoll()
	switch {
	case e.file.Ratio != nil:
		e.checkRatio()
	case e.metric.SQL != "":
		e.checkLongForm()
	case len(forms) == 1:
		e.checkShortForm()
	}
	if len(forms) == 1 && forms[0] != "from" {
		e.refuseShortKeys(forms[0])
	}
}

// forms returns the keys that say how the metric is computed, one of each form.
func (e *entry) forms() []string {
	var forms []string
	switch {
	case e.has("from"):
		forms = append(forms, "from")
	case e.has("measure"):
		forms = append(forms, "measure")
	}
	for _, key := range []string{"sql", "ratio"} {
		if e.has(key) {
			forms = append(forms, key)
		}
	}
	return forms
}

func (e *entry) has(key string) bool { return e.tree.Has(e.path(key)...) }

// refuseShortKeys finds keys that mean nothing beside sql or ratio.
func (e *entry) refuseShortKeys(form string) {
	if form == "measure" {
		return
	}
	for _, key := range []string{"where", "day", "at", "by"} {
		if e.has(key) {
			e.fault(key, "%s goes with from and measure, not with %s", key, form)
		}
	}
}

// checkRatioRoll holds week: ratio and ratio: together.
func (e *entry) checkRatioRoll() {
	if e.isBroken(e.path("week")) || e.metric.Roll == "" {
		return
	}
	switch isRatio := e.metric.Roll == Ratio; {
	case isRatio && !e.has("ratio"):
		e.fault("week", "week: ratio needs ratio: {of: …, to: …}")
	case !isRatio && e.has("ratio"):
		e.fault("week", "week is %s: a metric with ratio: needs week: ratio", e.metric.Roll)
	}
}

func (e *entry) checkShortForm() {
	m := e.metric
	for _, key := range []string{"from", "measure"} {
		if !e.has(key) {
			e.loader.fault(e.path(), "has no %s: the short form needs from and measure", key)
		}
	}
	if m.Day != "" && m.At != "" {
		e.fault("at", "has day and at: want one of them, the local date or the UTC instant")
	}
	e.checkTable(m.From)
	for key, column := range map[string]string{"day": m.Day, "at": m.At, "by": m.By} {
		if e.has(key) {
			e.checkColumn(key, column)
		}
	}
	e.checkExpression("measure", e.file.Measure, checkMeasure)
	e.checkExpression("where", e.file.Where, checkWhere)
	if m.Roll == Sum && countsDistinct(m.Measure) {
		e.fault("measure", "%s", sumOfDistinct)
	}
}

const sumOfDistinct = "a sum of daily distinct counts counts people again each day: use week: mean, or week: whole"

func (e *entry) checkTable(table string) {
	if e.has("from") {
		if err := checkTableName(table); err != nil {
			e.fault("from", "from %s", err.Text)
		}
	}
}

func (e *entry) checkColumn(key, column string) {
	if err := checkColumnName(column); err != nil {
		e.fault(key, "%s %s", key, err.Text)
	}
}

// checkExpression holds a part of a statement against check.
func (e *entry) checkExpression(key, text string, check func(string) *sqltext.Error) {
	if !e.has(key) {
		return
	}
	if strings.TrimSpace(text) == "" {
		e.fault(key, "%s is empty", key)
		return
	}
	if err := check(text); err != nil {
		e.faultIn(err.At, e.path(key), "%s: %s", key, err.Text)
	}
}

func (e *entry) checkLongForm() {
	e.checkExpression("sql", e.file.SQL, func(sql string) *sqltext.Error {
		if err := checkStatement(sql); err != nil {
			return err
		}
		if len(e.metric.Tables()) == 0 {
			return sqltext.Errorf(0, "the statement reads no table, so nothing tells which of its days are loaded")
		}
		return nil
	})
	if e.metric.Roll == Sum && countsDistinct(valueExpression(e.metric.SQL)) {
		e.fault("sql", "%s", sumOfDistinct)
	}
}
