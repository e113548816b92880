package pipeline

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/invopop/jsonschema"

	"tearsheet/internal/sqltext"
	"tearsheet/internal/yamlfile"
	"tearsheet/warehouse"
)

// header is what may stand between /* @bruin and @bruin */: the part of Bruin's asset
// format that we use. The tags make its JSON Schema.
type header struct {
	Name            string          `json:"name" jsonschema:"minLength=1,example=likes" jsonschema_description:"The table: likes, or staging.events."`
	Type            string          `json:"type,omitempty" jsonschema:"enum=duckdb.sql,enum=pg.sql,enum=rs.sql" jsonschema_description:"The engine, for editors; what runs is the same for all."`
	Description     string          `json:"description,omitempty" jsonschema_description:"What a row of the table is."`
	Owner           string          `json:"owner,omitempty" jsonschema_description:"Who answers for the table."`
	Tags            []string        `json:"tags,omitempty"`
	Depends         []dependEntry   `json:"depends,omitempty" jsonschema_description:"The tables that it is made of."`
	Materialization materialization `json:"materialization,omitempty"`
	Columns         []columnHeader  `json:"columns" jsonschema:"minItems=1"`
	CustomChecks    []customCheck   `json:"custom_checks,omitempty"`
}

type materialization struct {
	Type           string `json:"type,omitempty" jsonschema:"example=table"`
	Strategy       string `json:"strategy,omitempty" jsonschema:"enum=create+replace,enum=delete+insert,enum=time_interval" jsonschema_description:"create+replace: a whole table. delete+insert, time_interval: cut into days, the default."`
	IncrementalKey string `json:"incremental_key,omitempty" jsonschema:"enum=day"`
	Granularity    string `json:"time_granularity,omitempty" jsonschema:"enum=date"`
}

// dependEntry is a parent: its name alone, or with its mapping.
type dependEntry struct {
	Asset     string `json:"asset" jsonschema:"minLength=1"`
	Mode      string `json:"mode,omitempty" jsonschema:"enum=full,enum=symbolic" jsonschema_description:"symbolic is the partition latest."`
	Partition string `json:"partition,omitempty" jsonschema:"enum=same,enum=previous,enum=lookback,enum=all_before,enum=latest" jsonschema_description:"Which days of the parent a day is made of."`
	Days      int    `json:"days,omitempty" jsonschema:"minimum=1" jsonschema_description:"How many days before its own a lookback takes in."`
}

// UnmarshalJSON takes a name alone as well.
func (d *dependEntry) UnmarshalJSON(text []byte) error {
	type plain dependEntry
	return yamlfile.DecodeTextOr(text, &d.Asset, (*plain)(d))
}

// JSONSchema describes both ways to write a parent.
func (dependEntry) JSONSchema() *jsonschema.Schema {
	type plain dependEntry
	return yamlfile.TextOr(plain{})
}

type columnHeader struct {
	Name        string        `json:"name" jsonschema:"minLength=1"`
	Type        string        `json:"type" jsonschema:"minLength=1,example=bigint" jsonschema_description:"text, bigint, double, decimal(p,s), boolean, date or timestamp."`
	Description string        `json:"description,omitempty"`
	PrimaryKey  bool          `json:"primary_key,omitempty"`
	Tags        []string      `json:"tags,omitempty" jsonschema_description:"categorical: the schema document lists its values."`
	Checks      []columnCheck `json:"checks,omitempty"`
}

type columnCheck struct {
	Name  string `json:"name" jsonschema:"enum=not_null,enum=unique,enum=positive,enum=non_negative,enum=accepted_values,enum=pattern,enum=min,enum=max"`
	Value any    `json:"value,omitempty"`
}

type customCheck struct {
	Name        string `json:"name" jsonschema:"minLength=1"`
	Description string `json:"description,omitempty"`
	Query       string `json:"query" jsonschema:"minLength=1" jsonschema_description:"A SELECT that returns one number; $1 and $2 as in the asset."`
	Value       int64  `json:"value,omitempty" jsonschema_description:"The number that it has to be. 0 if absent."`
}

const (
	opening     = "/* @bruin"
	closing     = "@bruin */"
	categorical = "categorical" // the tag of a column whose values are worth listing
)

func headerSchema() *yamlfile.Schema {
	return yamlfile.NewSchema("https://tearsheet.dev/schema/asset.json", "Tearsheet asset", &header{})
}

// ReadAssets reads the SQL assets in a folder and the folders below it, in the order of
// their paths. The faults of all come at once. An asset with faults is there for its
// name alone, if it has one: a graph leaves it out and takes its name for that of a table.
func ReadAssets(tree fs.FS, dir string) ([]*Asset, Faults) {
	var assets []*Asset
	var found []fault
	schema := headerSchema()
	err := fs.WalkDir(tree, dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".sql" {
			return err
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		asset, faults := parseAsset(schema, name, text)
		found = append(found, faults...)
		if asset != nil && asset.Name != "" {
			asset.faulty = len(faults) > 0
			assets = append(assets, asset)
		}
		return nil
	})
	if err != nil {
		found = append(found, fault{file: dir, line: 1, text: err.Error()})
	}
	return assets, sorted(found)
}

// ParseAsset reads one SQL asset: a header in Bruin's form and one SELECT. The name of
// the file is that of its faults.
func ParseAsset(file string, text []byte) (*Asset, Faults) {
	asset, found := parseAsset(headerSchema(), file, text)
	return asset, sorted(found)
}

func parseAsset(schema *yamlfile.Schema, file string, text []byte) (*Asset, []fault) {
	r := &headerReader{file: file, asset: &Asset{File: file}}
	head, body, ok := r.split(string(text))
	if !ok {
		return nil, r.found
	}
	r.asset.SQL = body
	var h header
	tree, faults := yamlfile.Decode([]byte(head), schema, &h)
	for _, f := range faults {
		r.add(f.Line, f.Column, "%s", f.Text)
	}
	if tree == nil {
		return nil, r.found
	}
	r.tree = tree
	r.read(h)
	return r.asset, r.found
}

// headerReader makes an asset of a header.
type headerReader struct {
	file  string
	asset *Asset
	tree  *yamlfile.Tree
	found []fault
}

func (r *headerReader) add(line, column int, format string, args ...any) {
	r.found = append(r.found, fault{r.file, line, column, fmt.Sprintf(format, args...)})
}

func (r *headerReader) at(p []string, format string, args ...any) {
	at := r.tree.Value(p...)
	r.add(at.Line, at.Column, format, args...)
}

// split returns the header, with empty lines before it so that its lines are those of
// the file, and the statement.
func (r *headerReader) split(text string) (head, body string, ok bool) {
	text = strings.TrimPrefix(text, "\uFEFF")
	begin := strings.Index(text, opening)
	if begin < 0 || strings.TrimSpace(text[:begin]) != "" {
		r.add(1, 1, "the file does not begin with a header: %s … %s (see docs/assets.md)", opening, closing)
		return "", "", false
	}
	inner := text[begin+len(opening):]
	end := strings.Index(inner, closing)
	if end < 0 {
		r.add(strings.Count(text[:begin], "\n")+1, 1, "the header is not closed: write %s after it", closing)
		return "", "", false
	}
	rest := inner[end+len(closing):]
	before := text[:begin+len(opening)]
	head = strings.Repeat("\n", strings.Count(before, "\n")) + inner[:end]
	body = strings.TrimLeft(rest, " \t\r\n")
	r.asset.SQLLine = strings.Count(text, "\n") - strings.Count(body, "\n") + 1
	begins := text[:len(text)-len(body)]
	r.asset.SQLColumn = utf8.RuneCountInString(begins[strings.LastIndexByte(begins, '\n')+1:]) + 1
	return head, strings.TrimSpace(body), true
}

func (r *headerReader) read(h header) {
	a := r.asset
	a.Name, a.Description, a.Owner, a.Tags = h.Name, strings.TrimSpace(h.Description), h.Owner, h.Tags
	a.Line = r.tree.Key("name").Line
	a.Whole = h.Materialization.Strategy == "create+replace"
	if kind := h.Materialization.Type; kind != "" && kind != "table" {
		r.at([]string{"materialization", "type"}, "no %s is made: the ledger knows rows, and a view has none of its own; write table", kind)
	}
	for i, d := range h.Depends {
		r.depend(d, "depends", strconv.Itoa(i))
	}
	for i, c := range h.Columns {
		r.column(c, "columns", strconv.Itoa(i))
	}
	if end, ok := r.selects(a.SQL, a.Position); ok {
		a.SQL = a.SQL[:end]
		r.days()
	}
	for i, c := range h.CustomChecks {
		r.customCheck(c, "custom_checks", strconv.Itoa(i), "query")
	}
	a.bares = map[string]string{a.SQL: bare(a.SQL)}
	for _, c := range a.Checks {
		a.bares[c.Query] = bare(c.Query)
	}
	if len(r.found) == 0 {
		if err := a.Table().Validate(); err != nil {
			r.at([]string{"name"}, "%v", err)
		}
	}
}

// selects reports whether a text is one statement that selects, as far as can be told
// without a warehouse, and where it ends: semicolons after it, and what is said after
// them, are no part of it. place says where in the file a byte of the text stands.
func (r *headerReader) selects(text string, place func(offset int) (line, column int)) (end int, ok bool) {
	before := len(r.found)
	at := func(offset int, format string, args ...any) {
		line, column := place(offset)
		r.add(line, column, format, args...)
	}
	tokens, err := sqltext.Lex(text)
	if err != nil {
		at(err.At, "%s", err.Text)
		return 0, false
	}
	end = len(text)
	for len(tokens) > 0 && tokens[len(tokens)-1].Is(";") {
		tokens = tokens[:len(tokens)-1]
		end = 0
	}
	if len(tokens) == 0 {
		at(0, "there is no SELECT")
		return 0, false
	}
	for i, t := range tokens {
		switch first := i == 0 || i == 1 && tokens[0].Is("("); {
		case first && !t.Is("(") && t.Word() != "select" && t.Word() != "with":
			at(t.At, "begins with %.80q: want one SELECT", t.Text)
		case t.Is(";"):
			at(t.At, "a second statement follows this semicolon: want one SELECT")
		case writes(tokens[i:]) && i > 0 && tokens[i-1].Is("("):
			at(t.At, "%s changes a table: want one SELECT, which only reads", t.Text)
		case t.Kind == sqltext.Param && t.Text != "$1" && t.Text != "$2":
			at(t.At, "unknown parameter %s: there are $1, the first day, and $2, the day after the last", t.Text)
		}
	}
	if end == 0 {
		end = tokens[len(tokens)-1].End
	}
	return end, len(r.found) == before
}

// writes reports whether tokens begin with a statement that changes a table.
func writes(tokens []sqltext.Token) bool {
	if len(tokens) < 3 {
		return false
	}
	switch tokens[0].Word() + " " + tokens[1].Word() {
	case "insert into", "delete from", "merge into":
		return true
	}
	return tokens[0].Word() == "update" && tokens[1].Named() && slices.ContainsFunc(tokens, func(t sqltext.Token) bool { return t.Word() == "set" })
}

// days holds the column day, and the parameters of the statement, against how the table
// is cut.
func (r *headerReader) days() {
	a := r.asset
	parameters := warehouse.Parameters(a.SQL)
	if a.Whole {
		if parameters > 0 {
			r.add(a.SQLLine, 1, "a whole table (strategy create+replace) has no $1 and $2")
		}
		return
	}
	day := slices.IndexFunc(a.Columns, func(c Column) bool { return c.Name == warehouse.DayColumn })
	if day < 0 {
		r.at([]string{"columns"}, "no column day: a table is cut into local days, unless it is whole (materialization: {strategy: create+replace})")
	} else if kind := a.Columns[day].Type.Kind; kind != warehouse.Date && kind != 0 { // else its type is at fault already
		r.at([]string{"columns", strconv.Itoa(day)}, "the column day is a date")
	}
	switch {
	case parameters == 0 && day >= 0:
		r.add(a.SQLLine, 1, "the SELECT is not bound to days: $1 <= day and day < $2, or day = $1; a whole table has strategy create+replace")
	case parameters == 2 && !hasFirstDay(a.SQL):
		r.add(a.SQLLine, 1, "the SELECT has $2 and no $1")
	}
}

// hasFirstDay reports whether $1 stands in a statement, outside of texts and comments.
func hasFirstDay(statement string) bool {
	tokens, _ := sqltext.Lex(statement)
	return slices.ContainsFunc(tokens, func(t sqltext.Token) bool { return t.Kind == sqltext.Param && t.Text == "$1" })
}

func (r *headerReader) depend(d dependEntry, p ...string) {
	mapping := Mapping(d.Partition)
	switch {
	case mapping == "" && d.Mode == "symbolic":
		mapping = Latest
	case mapping == "":
		mapping = Same
	case d.Mode == "symbolic" && mapping != Latest:
		r.at(p, "mode symbolic goes with the partition latest")
	}
	if (mapping == Lookback) != (d.Days > 0) {
		r.at(p, "days goes with the partition lookback, and that with days: {asset: %s, partition: lookback, days: 6}", d.Asset)
	}
	at := r.tree.Value(p...)
	r.asset.Depends = append(r.asset.Depends, Depend{d.Asset, mapping, d.Days, at.Line, at.Column})
}

func (r *headerReader) column(c columnHeader, p ...string) {
	typ, err := typeOf(c.Type)
	if err != nil && c.Type != "" { // else the schema has said it
		r.at(append(p, "type"), "%v", err)
	}
	column := Column{Name: c.Name, Type: typ, Description: strings.TrimSpace(c.Description), PrimaryKey: c.PrimaryKey,
		Categorical: slices.Contains(c.Tags, categorical), Line: r.tree.Value(p...).Line}
	for i, check := range c.Checks {
		r.check(&column, check, append(p, "checks", strconv.Itoa(i))...)
	}
	if slices.ContainsFunc(r.asset.Columns, func(other Column) bool { return other.Name == c.Name }) {
		r.at(append(p, "name"), "column %q stands twice", c.Name)
	}
	r.asset.Columns = append(r.asset.Columns, column)
}
