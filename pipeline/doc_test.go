package pipeline

import (
	"os"
	"strings"
	"testing"
)

// The table that docs/assets.md shows is sound and as short as it says; the trap that it
// tells of is found.
func TestThePageOnTablesIsTrue(t *testing.T) {
	page, err := os.ReadFile("../docs/assets.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "```sql\n")[1:]
	for i := range blocks {
		blocks[i], _, _ = strings.Cut(blocks[i], "```")
	}
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of SQL, want the table and the trap", len(blocks))
	}
	if n := strings.Count(blocks[0], "\n"); n >= 15 {
		t.Errorf("the table has %d lines", n)
	}
	lint := func(text string, parent string) string {
		a, faults := ParseAsset("a.sql", []byte(text))
		if err := faults.Err(); err != nil {
			t.Fatal(err)
		}
		g, faults := NewGraph([]*Asset{a, {Name: parent}})
		if err := faults.Err(); err != nil {
			t.Fatal(err)
		}
		found, warnings := Lint(g, LintOptions{Redshift: true})
		return lines(found, "") + lines(warnings, "")
	}
	if said := lint(blocks[0], "favourites"); said != "" {
		t.Error(said)
	}
	header := "/* @bruin\nname: first_visits\ndescription: A day.\nowner: web\ndepends: [visits]\n" +
		"columns: [{name: day, type: date, description: The day.}, {name: users, type: bigint, description: Users.}]\n@bruin */\n"
	if said := lint(header+blocks[1], "visits"); strings.Count(said, "\n") != 1 || !strings.Contains(said, "reads visits of all days before") {
		t.Errorf("of the trap it says %q", said)
	}
	cured := strings.Replace(header, "[visits]", "[{asset: visits, partition: all_before}]", 1)
	if said := lint(cured+blocks[1], "visits"); said != "" {
		t.Errorf("of the cure it says %q", said)
	}
}
