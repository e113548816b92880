package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tearsheet/warehouse"
)

// table is an asset with its parents by the same day.
func table(name string, parents ...string) *Asset {
	a := &Asset{Name: name, File: name + ".sql", Line: 2, SQL: "select $1 as day"}
	for _, parent := range parents {
		a.Depends = append(a.Depends, Depend{Asset: parent, Mapping: Same, Line: 3})
	}
	return a
}

func TestParentsStandBeforeTheirChildren(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "tables")
		order := rapid.Permutation(numbers(n)).Draw(t, "age") // a parent is older than its child
		var assets []*Asset
		for i, name := range order {
			a := table(name)
			for _, older := range order[:i] {
				if rapid.Bool().Draw(t, "is a parent") {
					a.Depends = append(a.Depends, Depend{Asset: older, Mapping: Same})
				}
			}
			assets = append(assets, a)
		}
		assets = rapid.Permutation(assets).Draw(t, "order of files")
		g, faults := NewGraph(assets)
		if len(faults) > 0 || len(g.Assets()) != n {
			t.Fatalf("%d tables and faults %v, want %d and none", len(g.Assets()), faults, n)
		}
		made := map[string]bool{}
		for _, a := range g.Assets() {
			for _, d := range a.Depends {
				if !made[d.Asset] {
					t.Fatalf("%s stands before its parent %s", a.Name, d.Asset)
				}
				if !slices.Contains(g.Children(d.Asset), a.Name) {
					t.Fatalf("%s is no child of %s", a.Name, d.Asset)
				}
			}
			made[a.Name] = true
		}
		// The order of the files decides nothing.
		again, _ := NewGraph(rapid.Permutation(assets).Draw(t, "another order"))
		for i, a := range again.Assets() {
			if g.Assets()[i] != a {
				t.Fatalf("in another order of files %s is number %d", a.Name, i)
			}
		}
	})
}

func numbers(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("t%d", i))
	}
	return list
}

func TestACircleIsAFaultHoweverLong(t *testing.T) {
	for n := 1; n <= 5; n++ {
		var assets []*Asset
		for i := range n {
			assets = append(assets, table(fmt.Sprintf("t%d", i), fmt.Sprintf("t%d", (i+1)%n)))
		}
		g, faults := NewGraph(append(assets, table("sound")))
		if len(faults) != 1 || !strings.Contains(faults[0].Text, "a circle: t0 is made of ") {
			t.Errorf("a circle of %d gave %v", n, faults)
		}
		if n == 3 && faults[0].Error() != "t0.sql:2: a circle: t0 is made of t1 (t0.sql:3), that of t2 (t1.sql:3), that of t0 (t2.sql:3)" {
			t.Error(faults[0])
		}
		if g.Asset("sound") == nil {
			t.Error("the sound table is gone")
		}
	}
}

func TestSelectMeansTablesWithWhatIsAboveAndBelow(t *testing.T) {
	g, faults := NewGraph([]*Asset{table("staging.events"), table("staging.other"), table("likes", "staging.events"), table("users", "staging.other"),
		table("top", "likes", "users"), table("best", "top")})
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	for patterns, want := range map[string]string{
		"":               "",
		"likes":          "likes",
		"staging.*":      "staging.events staging.other",
		"likes+":         "best likes top",
		"+top":           "likes staging.events staging.other top users",
		"+users+":        "best staging.other top users",
		"likes users":    "likes users",
		"+likes best":    "best likes staging.events",
		"top likes+":     "best likes top",
		"likes+ top":     "best likes top",
		"likes +top":     "likes staging.events staging.other top users",
		"staging.event?": "staging.events",
	} {
		selected, err := g.Select(strings.Fields(patterns)...)
		if got := strings.Join(slices.Sorted(maps.Keys(selected)), " "); err != nil || got != want {
			t.Errorf("%q means %q, %v; want %q", patterns, got, err, want)
		}
	}
	for pattern, want := range map[string]string{"lkes": `no table is called "lkes" (did you mean "likes"?)`, "[": `no table is called "["`, "x.*+": `no table is called "x.*"`} {
		if _, err := g.Select("likes", pattern); err == nil || err.Error() != want {
			t.Errorf("%q gave %v, want %s", pattern, err, want)
		}
	}
}

// Above and below are told by the paths of the graph, which are found here by going each
// of them.
func TestSelectGoesAlongAllPaths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "tables")
		reaches := make([][]bool, n) // by one step at first
		var assets []*Asset
		for i := range n {
			reaches[i] = make([]bool, n)
			a := table(fmt.Sprintf("t%d", i))
			for j := range i {
				if reaches[i][j] = rapid.Bool().Draw(t, "is a parent"); reaches[i][j] {
					a.Depends = append(a.Depends, Depend{Asset: fmt.Sprintf("t%d", j), Mapping: Same})
				}
			}
			assets = append(assets, a)
		}
		for k := range n {
			for i := range n {
				for j := range n {
					reaches[i][j] = reaches[i][j] || reaches[i][k] && reaches[k][j]
				}
			}
		}
		g, faults := NewGraph(assets)
		if err := faults.Err(); err != nil {
			t.Fatal(err)
		}
		k := rapid.IntRange(0, n-1).Draw(t, "which")
		above, below := rapid.Bool().Draw(t, "above"), rapid.Bool().Draw(t, "below")
		pattern := fmt.Sprintf("t%d", k)
		if above {
			pattern = "+" + pattern
		}
		if below {
			pattern += "+"
		}
		selected, err := g.Select(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			want := i == k || above && reaches[k][i] || below && reaches[i][k]
			if selected[fmt.Sprintf("t%d", i)] != want {
				t.Fatalf("%s means t%d: %v, want %v", pattern, i, !want, want)
			}
		}
	})
}

// The hash decides whether years are made anew: it has to change with what decides rows,
// and with nothing else.
func TestHashChangesWithWhatDecidesRows(t *testing.T) {
	parse := func(text string) *Asset {
		a, faults := ParseAsset("etl/likes.sql", []byte(text))
		if err := faults.Err(); err != nil {
			t.Fatal(err)
		}
		return a
	}
	hash := parse(likesFile).Hash()
	for _, c := range []struct {
		from, to string
		same     bool
	}{
		{"A like, with who gave it.", "A like.", true},
		{"The local day.", "The day.", true},
		{"owner: product", "owner: web", true},
		{"tags: [fact]", "tags: [dimension]", true},
		{"type: duckdb.sql", "type: rs.sql", true},
		{"from staging.events\n", "from staging.events  \t\n", true},
		{"\n", "\r\n", true},
		{"from likes where day = $1;", "from likes -- all\n        where day = $1;", true},
		{"from likes where day = $1;", "from likes where day = $2;", false},
		{"1 as n", "2 as n", false},
		{"from staging.events\n", "from staging.events -- all\n", true},
		{" -- a comment stays\n", "\n", true},
		{"select day, 1 as n", "select /* the /* local */ one */\n\tday,   1 as n", true},
		{"client -- a comment stays\n", "client, -- a comment stays\n", false},
		{"where day >= $1", "where 'a  b' = 'a  b' and day >= $1", false},
		{"day >= $1", "day > = $1", false},
		{"2 as price", "-2 as price", false},
		{"2 as price", "- 2 as price", false},
		{"2 as price", "2 as \"price\"", false},
		{"type: integer", "type: double", false},
		{"- staging.events", "- {asset: staging.events, partition: all_before}", false},
		{"days: 6", "days: 7", false},
		{"value: 1.50", "value: 2", false},
		{"value: 3", "value: 4", false},
		{"[web, ", "[ios, ", false},
		{"name: price", "name: cost", false},
	} {
		changed := strings.ReplaceAll(likesFile, c.from, c.to)
		if changed == likesFile {
			t.Fatalf("%q is not in the file", c.from)
		}
		if got := parse(changed).Hash() == hash; got != c.same {
			t.Errorf("%q instead of %q: the hash is the same: %v, want %v", c.to, c.from, got, c.same)
		}
	}
}

// Two parts cannot be taken for one another, wherever a line ends.
func TestHashKeepsPartsApart(t *testing.T) {
	column := Column{Name: "n", Type: warehouse.Type{Kind: warehouse.Bigint}}
	a := &Asset{SQL: "select 1\n", Columns: []Column{column}}
	b := &Asset{SQL: "select 1\nfalse\nn bigint"}
	if a.Hash() == b.Hash() {
		t.Error("columns and a statement that reads like them have the same hash")
	}
}

// Blanks and comments count where they stand within a text or a name, and where they are
// all that keeps two words apart.
func TestHashKeepsWhatBlanksDecide(t *testing.T) {
	seen := map[string]string{}
	for _, statement := range []string{
		"select 'a b'", "select 'a  b'", "select 'a\nb'", "select 'a -- b'", "select 'a /* x */ b'", "select $$a  b$$", "select $$a b$$",
		`select "a b"`, `select "a  b"`, "select a b", "select ab", "select a--b", "select a - - b", "select a -- b\n", "select e 'x'", "select e'x'",
		"select 'a' 'b'", "select 'a'\n'b'",
		"select 'unclosed  ", "select 'unclosed ",
	} {
		hash := (&Asset{SQL: statement}).Hash()
		if other, twice := seen[hash]; twice && (statement != "select a -- b\n" || other != "select a--b") { // both are select a
			t.Errorf("%q and %q have the same hash", statement, other)
		}
		seen[hash] = statement
		a := &Asset{SQL: statement, bares: map[string]string{"select 1": "of an earlier text"}}
		if a.Hash() != hash {
			t.Errorf("%q has the hash of an earlier text", statement)
		}
	}
}
