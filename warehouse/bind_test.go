package warehouse_test

import (
	"strings"
	"testing"

	"tearsheet/warehouse"
)

// In each statement, what is a parameter is written as <1> and <2>.
func TestBindReadsStatementsAsTheEnginesDo(t *testing.T) {
	for _, marked := range []string{
		"",
		"select <1>, <2>",
		"day >= <1> and day<<2>",
		"<1>",
		"(<1>)+<2>::date",
		"$12, $3, $0, $, $",
		"'$1' = <1>",
		"'it''s $1' = <1>",
		`"price $1" = <1>`,
		`'back\' <1>`,
		`E'it\'s $1' = <1>`,
		`e'\\' <1>`,
		`E'it''s $1\\' = <1>`,
		`type'$1' <1>`,
		"$$ costs $1 $$ <1>",
		"$$ it's $1 $$ '$1' <1>",
		"$of$ $$ $1 $of$ <1>",
		"$été$ $1 $été$ <1>",
		"price$1 = <1>",
		"price$$1$$ = <1>",
		"prix_été$1 = <1>",
		`"price"<1>`,
		"1<1>",
		"-- $1\n<1>",
		"-- $1\r<1>",
		"-- it's\n<1>",
		"-- $1",
		"/* $1 */ <1>",
		"/* a /* $1 */ $2 */ <1>",
		"/*/ $1 */ <1>",
		"/* '*/ <1>",
		"/* $1",
		"'$1",
		`E'$1\`,
		"$$ $1",
		"$a$ $1 $b$",
	} {
		statement := strings.NewReplacer("<1>", "$1", "<2>", "$2").Replace(marked)
		want := strings.NewReplacer("<1>", "date '2026-11-09'", "<2>", "date '2026-11-10'").Replace(marked)
		if got := warehouse.Bind(statement, monday, monday+1); got != want {
			t.Errorf("%s\nis read as %s", marked, got)
		}
		parameters := 0
		if strings.Contains(marked, "<1>") {
			parameters = 1
		}
		if strings.Contains(marked, "<2>") {
			parameters = 2
		}
		if got := warehouse.Parameters(statement); got != parameters {
			t.Errorf("%s\nhas %d parameters", marked, got)
		}
	}
}
