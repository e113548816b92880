package yamlfile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"tearsheet/internal/yamlfile"
)

// shop is a small file with something of every kind.
type shop struct {
	Name   string            `json:"name" jsonschema:"minLength=1"`
	Open   bool              `json:"open,omitempty"`
	Floors int               `json:"floors,omitempty" jsonschema:"minimum=1"`
	Share  float64           `json:"share,omitempty" jsonschema:"maximum=1"`
	Kind   string            `json:"kind,omitempty" jsonschema:"enum=books,enum=bread"`
	Tags   []string          `json:"tags,omitempty"`
	Owner  *owner            `json:"owner,omitempty"`
	Hours  map[string]string `json:"hours,omitempty"`
	Stock  *stock            `json:"stock,omitempty" jsonschema:"oneof_ref=#/$defs/inFile;#/$defs/inTable"`
	File   *inFile           `json:"a,omitempty"`
	Table  *inTable          `json:"b,omitempty"`
}

type owner struct {
	Name  string `json:"name"`
	Since string `json:"since,omitempty"`
}

type stock struct {
	File  string `json:"file"`
	Sheet string `json:"sheet"`
	Table string `json:"table"`
}

type inFile struct {
	File  string `json:"file"`
	Sheet string `json:"sheet,omitempty"`
}

type inTable struct {
	Table string `json:"table"`
}

func shopSchema() *yamlfile.Schema {
	return yamlfile.NewSchema("https://example.org/shop.json", "Shop", &shop{})
}

func decode(text string) (shop, *yamlfile.Tree, []string) {
	var s shop
	tree, faults := yamlfile.Decode([]byte(text), shopSchema(), &s)
	var list []string
	for _, f := range faults {
		list = append(list, fmt.Sprintf("%d:%d: %s", f.Line, f.Column, f.Text))
	}
	return s, tree, list
}

func TestDecodeReadsWhatFits(t *testing.T) {
	s, _, faults := decode("\uFEFFname: 'Joe''s' # the shop\nopen: True\nfloors: 0x1_0\nshare: 1e-1\nkind: &k bread\n" +
		"tags: [*k, yes, 2026-11-15, \"5\"]\nowner: {name: !!str 7, since: 2015-02-09}\nhours:\n  mon: >\n    9\n    to 5\nstock: {table: items}\n")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if s.Name != "Joe's" || !s.Open || s.Floors != 16 || s.Share != 0.1 || s.Kind != "bread" {
		t.Errorf("read %+v", s)
	}
	if want := []string{"bread", "yes", "2026-11-15", "5"}; !slices.Equal(s.Tags, want) {
		t.Errorf("tags are %q, want %q", s.Tags, want)
	}
	if *s.Owner != (owner{"7", "2015-02-09"}) || s.Hours["mon"] != "9 to 5\n" || s.Stock.Table != "items" {
		t.Errorf("read %+v, %+v, %+v", *s.Owner, s.Hours, *s.Stock)
	}
}

func TestDecodeSaysWhatIsWrongAndWhere(t *testing.T) {
	for _, tt := range []struct{ id, text, want string }{
		{"D01", "name: 'Joe\nopen: true\n", "1:7: the quote that opens here is never closed\n    name: 'Joe\n          ^"},
		{"D01", "name: x\nowner:\n\tname: y\n", "3:1: a tab in the indentation: use spaces\n    \tname: y\n    ^"},
		{"D01", "name: x: y\n", `1:8: a value cannot begin here: check the indentation, and put text that holds ": " in quotes` + "\n    name: x: y\n           ^"},
		{"D01", "é: [1,\n\n", "1:7: the file ends here, before all brackets are closed\n    é: [1,\n          ^"},
		{"D01", "name: *nobody\n", "1:7: unknown anchor 'nobody' referenced\n    name: *nobody\n          ^"},
		{"D01", "name: x\n---\n- [\n", "3:4: the file ends here, before all brackets are closed\n    - [\n       ^"},
		{"D02", "name: x\nflors: 2\n", `2:1: unknown key "flors" (did you mean "floors"?)`},
		{"D02", "name: x\nowner: {name: y, snice: z}\n", `2:18: unknown key "snice" (did you mean "since"?)`},
		{"D02", "name: x\nzzzzzz: 2\n", `2:1: unknown key "zzzzzz"`},
		{"D02", "name: x\nkind: braed\n", `2:7: kind is "braed", want books or bread (did you mean "bread"?)`},
		{"D02", "open: true\n", "1:1: has no name"},
		{"D02", "name: x\nowner: {}\n", "2:8: owner has no name"},
		{"D03", "name: x\nName: y\nname: z\n", `2:1: key "Name" is given twice: "name" stands at 1:1 already|3:1: key "name" is given twice: "name" stands at 1:1 already`},
		{"D03", "name: x\nhours: {mon: a, Mon: b}\n", `2:17: key "Mon" is given twice: "mon" stands at 2:9 already`},
		{"D04", "name: [x]\n", "1:7: name is a list, want text"},
		{"D04", "name: 5\n", "1:7: name is the number 5, want text: put it in quotes"},
		{"D04", "name:\n", "1:6: name is empty, want text"},
		{"D04", "name: ''\n", "1:7: name is empty"},
		{"D04", "name: x\nopen: yes\n", `2:7: open is the text "yes", want true or false`},
		{"D04", "name: x\nfloors: 1.5\n", "2:9: floors is the number 1.5, want a whole number"},
		{"D04", "name: x\nfloors: 0\n", "2:9: floors is 0, want at least 1"},
		{"D04", "name: x\nshare: .nan\n", "2:8: .nan is not a finite number"},
		{"D04", "name: x\nshare: -.Inf\n", "2:8: -.Inf is not a finite number"},
		{"D04", "name: x\nshare: !!float 1e999\n", "2:8: 1e999 is not a finite number"},
		{"D04", "name: x\nshare: 1.01\n", "2:8: share is 101/100, want at most 1"},
		{"D04", "name: x\ntags: [a, [b]]\n", "2:11: item 2 of tags is a list, want text"},
		{"D04", "name: x\nname2: !thing y\n", `2:1: unknown key "name2" (did you mean "name"?)|2:8: tag !thing is not supported`},
		{"D04", "- x\n", "1:1: is a list, want a set of keys"},
		{"D04", "? [a]\n: b\nname: x\n", "1:3: a key must be text"},
		{"D04", "name: x\nstock: {file: a.xlsx, shet: b}\n", `2:23: unknown key "shet" (did you mean "sheet"?)`},
		{"D04", "name: x\nstock: {table: 5}\n", `2:16: table is the number 5, want text: put it in quotes`},
		{"D05", "", "1:1: is empty"},
		{"D05", "\uFEFF", "1:1: is empty"},
		{"D05", "# nothing\n", "1:1: is empty"},
		{"D05", "~\n", "1:1: is empty"},
		{"D05", "name: x\n---\nname: y\n", "2:1: a second document begins here: one file holds one"},
		{"D05", "name: x\n...\n---\n", "3:1: a second document begins here: one file holds one"},
		{"D06", "name: x\nkind: \x00\n", "2:7: a NUL character at byte 14: save the file as UTF-8 text"},
		{"D06", "\uFEFFnämë: \xe9\n", "1:7: byte 0xe9 is not UTF-8 at byte 11: save the file as UTF-8 text"},
		{"D06", "name: \x1b[31m\n", "1:7: control character U+001B at byte 6: save the file as UTF-8 text"},
		{"D06", "\xff\xfen\x00", "1:1: is UTF-16 (byte order mark at byte 0): save it as UTF-8"},
		{"D06", "\xfe\xff\x00n", "1:1: is UTF-16 (byte order mark at byte 0): save it as UTF-8"},
		{"D06", "n\x00a\x00", "1:2: a NUL character at byte 1: save the file as UTF-8 text"},
		{"D07", "name: x\ntags: &t [a, *t]\n", "2:14: alias *t stands within its own anchor"},
		{"D07", "name: x\n<<: {open: true}\n", "2:1: merging with << is not supported: write the keys out"},
	} {
		_, _, faults := decode(tt.text)
		if got := strings.Join(faults, "|"); got != tt.want {
			t.Errorf("%s %q: says\n%s\nwant\n%s", tt.id, tt.text, got, tt.want)
		}
	}
}

func TestD07DecodeRefusesWhatIsTooLargeQuickly(t *testing.T) {
	bomb := "name: &a x\ntags: &b [" + strings.Repeat("*a,", 99) + "*a]\nhours: {mon: &c [" + strings.Repeat("*b,", 99) + "*b], tue: [" + strings.Repeat("*c,", 99) + "*c]}\n"
	_, _, faults := decode(bomb)
	if !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, "aliases stand for more than 10000 values") }) {
		t.Errorf("a bomb of aliases: %.200q", faults)
	}
	_, _, faults = decode("name: " + strings.Repeat("x", yamlfile.MaxSize))
	if want := []string{"1:1: has 4194310 bytes, more than the 4194304 allowed"}; !slices.Equal(faults, want) {
		t.Errorf("4 MB: %q, want %q", faults, want)
	}
	_, _, faults = decode("name: " + strings.Repeat("[", 1_000_000))
	if len(faults) != 1 {
		t.Errorf("a million brackets: %d faults", len(faults))
	}
}

func TestDecodeFillsWhatFitsBesideFaults(t *testing.T) {
	s, tree, faults := decode("name: 5\nfloors: 3\ntags: [a, 5, b]\nowner: {name: y, what: z}\n")
	if tree == nil || len(faults) != 3 {
		t.Fatalf("faults %q", faults)
	}
	if s.Floors != 3 || s.Owner == nil || s.Owner.Name != "y" {
		t.Errorf("read %+v", s)
	}
}

func TestTreeSaysWhereAValueStands(t *testing.T) {
	_, tree, _ := decode("name: x\nowner:\n  name: &a y\n  since: *a\ntags:\n  - a\n  - {b: c}\n")
	for _, tt := range []struct {
		path       string
		key, value string
	}{
		{"name", "1:1", "1:7"}, {"owner", "2:1", "3:3"}, {"owner name", "3:3", "3:9"}, {"owner since", "4:3", "4:10"},
		{"tags 1", "7:5", "7:5"}, {"tags 1 b", "7:6", "7:9"}, {"owner nobody", "3:3", "3:3"}, {"tags 7", "6:3", "6:3"}, {"", "1:1", "1:1"},
	} {
		path := strings.Fields(tt.path)
		key, value := tree.Key(path...), tree.Value(path...)
		if got := fmt.Sprintf("%d:%d", key.Line, key.Column); got != tt.key {
			t.Errorf("the key of %q stands at %s, want %s", tt.path, got, tt.key)
		}
		if got := fmt.Sprintf("%d:%d", value.Line, value.Column); got != tt.value {
			t.Errorf("%q stands at %s, want %s", tt.path, got, tt.value)
		}
	}
	if !tree.Has("tags", "1", "b") || tree.Has("tags", "2") || tree.Has("nobody") || tree.Has("name", "x") {
		t.Error("Has is wrong")
	}
}

func TestTextFindsACharacterHoweverItIsQuoted(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"name: select ö HERE\n", "1:16"},
		{"name: 'it''s HERE'\n", "1:14"},
		{"name: \"a HERE\"\n", "1:10"},
		{"name: \"a\\tHERE\"\n", "1:9"},    // the escape before it
		{"name: \"a\\\"b HERE\"\n", "1:7"}, // beyond an escape: the beginning
		{"name: |\n  select\n    a, HERE\n", "3:8"},
		{"name: &x !!str |+2 # comment\n   é\n\n  HERE\n", "4:3"},
		{"name: >-\n  a\n  b\n\n  c HERE\n", "5:5"},
		{"name: a\n  b HERE\n", "2:5"},
		{"name: 'a\n\n  b HERE'\n", "3:5"},
		{"name:\n  HERE\n", "2:3"},
		{"name: |\r\n  a\r\n  HERE\r\n", "3:3"},
		{"name: &y 'HERE'\n", "1:11"},
	} {
		s, tree, _ := decode(tt.text)
		at := tree.Text(strings.Index(s.Name, "HERE"), "name")
		if got := fmt.Sprintf("%d:%d", at.Line, at.Column); got != tt.want {
			t.Errorf("%q: found at %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestTextStaysWithinTheFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := "name: " + rapid.StringMatching(`[|>'"&a]?[ \n']{0,3}[a-z' \n\\"]{0,20}`).Draw(t, "text")
		var s shop
		tree, _ := yamlfile.Decode([]byte(text), shopSchema(), &s)
		if tree == nil {
			return
		}
		lines := strings.Split(text, "\n")
		at := tree.Text(rapid.IntRange(0, 30).Draw(t, "offset"), "name")
		if at.Line < 1 || at.Line > len(lines) || at.Column < 1 || at.Column > len(lines[at.Line-1])+1 {
			t.Fatalf("%q: found at %v", text, at)
		}
	})
}
