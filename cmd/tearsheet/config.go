package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tearsheet/calendar"
	"tearsheet/internal/yamlfile"
	"tearsheet/metrics"
	"tearsheet/warehouse"
)

const (
	configName   = "tearsheet.yaml"
	registryName = "metrics.yaml"
)

// configFile is what tearsheet.yaml may hold. The tags make its JSON Schema.
type configFile struct {
	Company    string               `json:"company" jsonschema:"minLength=1" jsonschema_description:"The company, as printed."`
	Title      string               `json:"title,omitempty" jsonschema_description:"The title of the sheet. Executive tearsheet if absent."`
	Timezone   string               `json:"timezone" jsonschema:"example=America/Toronto" jsonschema_description:"An IANA time zone: the day of everything."`
	WeekStarts string               `json:"week_starts,omitempty" jsonschema:"enum=monday,enum=tuesday,enum=wednesday,enum=thursday,enum=friday,enum=saturday,enum=sunday" jsonschema_description:"The first weekday. Monday if absent."`
	AsOf       string               `json:"as_of,omitempty" jsonschema:"example=2026-11-17" jsonschema_description:"Take every day for this one: for histories that have ended. Leave it out to live in the present."`
	Warehouse  warehouseEntry       `json:"warehouse" jsonschema_description:"Where the facts are."`
	Store      string               `json:"store,omitempty" jsonschema_description:"Where daily values and editions are kept: a file, or postgres://… . .tearsheet/store.sqlite if absent."`
	Runs       string               `json:"runs,omitempty" jsonschema_description:"Where the state and the history of runs are kept: a file, or postgres://… . .tearsheet/runs.sqlite if absent."`
	StatusMail *mailConfig          `json:"status_mail,omitempty" jsonschema_description:"Who is told of a run that failed."`
	Plan       *planEntry           `json:"plan,omitempty" jsonschema_description:"Where the plan is."`
	Sources    *sourcesEntry        `json:"sources,omitempty" jsonschema_description:"What fills the warehouse."`
	Outputs    *outputsEntry        `json:"outputs,omitempty" jsonschema_description:"What is made, and where."`
	Google     *googleEntry         `json:"google,omitempty" jsonschema_description:"How Google is asked, for a sheet or a plan in Google Sheets."`
	Mail       *letterEntry         `json:"mail,omitempty" jsonschema_description:"By which server the sheet goes out by mail, and from whom."`
	Schedule   map[string]slotEntry `json:"schedule,omitempty" jsonschema_description:"What is done when, by name, while tearsheet serve runs."`
	Heartbeat  *heartbeatEntry      `json:"heartbeat,omitempty" jsonschema_description:"The dead-man's switch of the schedule."`
	Access     *map[string]any      `json:"access,omitempty" jsonschema_description:"Not used by this version."`
}

type warehouseEntry struct {
	URL              string `json:"url" jsonschema:"example=duckdb:warehouse.duckdb" jsonschema_description:"duckdb:FILE, postgres://… or redshift://… . ${NAME} is replaced by an environment variable."`
	FilledBy         string `json:"filled_by,omitempty" jsonschema:"enum=tearsheet,enum=others" jsonschema_description:"tearsheet (the default), or others: the warehouse is then read and never written to."`
	CompleteFrom     string `json:"complete_from,omitempty" jsonschema:"example=2015-02-09" jsonschema_description:"With filled_by: others, the first complete day. The first day of each table if absent."`
	CompleteThrough  string `json:"complete_through,omitempty" jsonschema:"example=2026-11-15" jsonschema_description:"With filled_by: others, the last complete day, or a statement that returns it. Yesterday if absent."`
	RecomputeDays    *int   `json:"recompute_days,omitempty" jsonschema:"minimum=0" jsonschema_description:"With filled_by: others, how many of the last days are computed anew each time. 35 if absent."`
	StatementTimeout string `json:"statement_timeout,omitempty" jsonschema:"example=5m" jsonschema_description:"After which time a statement is given up. 5m if absent."`
	Memory           string `json:"memory,omitempty" jsonschema:"example=4GB" jsonschema_description:"How much memory DuckDB may use. 4GB if absent."`
}

type outputsEntry struct {
	Dir     string       `json:"dir,omitempty" jsonschema_description:"The folder of the sheets. sheets if absent."`
	Formats []string     `json:"formats,omitempty" jsonschema:"enum=pdf,enum=xlsx,enum=html,enum=csv,enum=json,enum=sheets" jsonschema_description:"What is made. pdf, xlsx, html and json if absent."`
	Sheets  *sheetsEntry `json:"sheets,omitempty" jsonschema_description:"The spreadsheet at Google that the sheet is written into."`
	Paper   string       `json:"paper,omitempty" jsonschema:"enum=letter,enum=a4" jsonschema_description:"letter (the default) or a4."`
}

// config is a tearsheet.yaml that is sound.
type config struct {
	company, title  string
	calendar        calendar.Calendar
	asOf            *calendar.Day // the day for which every day is taken, or nil
	warehouse       string        // URL, expanded
	others          bool
	completeFrom    *calendar.Day
	completeThrough string // a date, a statement or ""
	// completeThroughAt is the place of that entry in the file.
	completeThroughAt string
	recomputeDays     int
	limits            warehouse.Limits
	store, runs       string
	statusMail        *mailConfig
	plan              *planEntry
	planAt            string // its place in the file
	sources           sources
	outDir, paper     string
	formats           []string      // also sheets
	google            googleEntry   // expanded
	sheets            *sheetsConfig // nil: none
	letter            *letterConfig
	slots             []slotConfig // in the order of the file
	heartbeat         heartbeat
	variables         []string // of the environment, that the file names
	warnings, faults  metrics.Faults
}

const (
	defaultStore     = ".tearsheet/store.sqlite"
	defaultRuns      = ".tearsheet/runs.sqlite"
	defaultDir       = "sheets"
	defaultRecompute = 35
	defaultTimeout   = 5 * time.Minute
	defaultMemory    = 4 << 30
)

func configSchema() *yamlfile.Schema {
	return yamlfile.NewSchema("https://tearsheet.dev/schema/tearsheet.json", "Tearsheet project", &configFile{})
}

// readConfig reads tearsheet.yaml in dir. Paths in it are relative to dir. All
// faults are in the error at once.
func readConfig(dir string) (*config, error) {
	text, err := readText(filepath.Join(dir, configName))
	if err != nil {
		return nil, hinted(usageError(err), "run this in a project folder or name one with -C; `tearsheet init DIR` makes one")
	}
	var file configFile
	tree, found := yamlfile.Decode(text, configSchema(), &file)
	c := &config{}
	r := configReader{config: c, tree: tree, dir: dir}
	for _, fault := range found {
		r.addAt(fault.Position, fault.Text)
	}
	for _, match := range environment.FindAllStringSubmatch(comment.ReplaceAllString(string(text), ""), -1) {
		c.variables = append(c.variables, match[1])
	}
	c.variables = once(c.variables)
	if tree != nil {
		r.read(file)
	}
	r.order()
	return c, c.faults.Err()
}

type configReader struct {
	*config
	tree  *yamlfile.Tree
	dir   string
	found []yamlfile.Fault
}

func (r *configReader) addAt(at yamlfile.Position, text string) {
	r.found = append(r.found, yamlfile.Fault{Position: at, Text: text})
}

// order takes over what was found as faults in the order of the file.
func (r *configReader) order() {
	slices.SortStableFunc(r.found, func(a, b yamlfile.Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	for _, f := range r.found {
		r.faults = append(r.faults, metrics.Fault{Place: placeIn(configName, f.Position), Text: f.Text})
	}
}

func placeIn(name string, at yamlfile.Position) string {
	return fmt.Sprintf("%s:%d:%d", name, at.Line, at.Column)
}

// add notes a fault of the value at a path, unless its shape has one already.
func (r *configReader) add(err error, path ...string) {
	if err != nil && r.tree.Has(path...) {
		r.addAt(r.tree.Value(path...), path[len(path)-1]+": "+err.Error())
	}
}

func (r *configReader) read(file configFile) {
	r.company, r.title = file.Company, file.Title
	r.add(printable(file.Company), "company")
	r.add(printable(file.Title), "title")
	weekStarts := time.Monday
	if file.WeekStarts != "" {
		weekStarts, _ = calendar.ParseWeekday(file.WeekStarts)
	}
	var err error
	r.calendar, err = calendar.New(file.Timezone, weekStarts)
	r.add(err, "timezone")
	r.asOf = r.dayAt(file.AsOf, "as_of")
	r.readWarehouse(file.Warehouse)
	r.store = r.place(file.Store, defaultStore, "store")
	r.runs = r.place(file.Runs, defaultRuns, "runs")
	if r.statusMail = file.StatusMail; r.statusMail != nil {
		r.statusMail.check(func(err error, path ...string) { r.add(err, append([]string{"status_mail"}, path...)...) })
	}
	r.readPlan(file.Plan)
	if file.Sources != nil {
		r.readSources(*file.Sources)
	}
	r.readGoogle(file.Google)
	r.readOutputs(file.Outputs)
	r.readLetter(file.Mail)
	r.readSchedule(file.Schedule)
	r.readHeartbeat(file.Heartbeat)
	r.warnOfPasswords(file)
	if r.tree.Has("access") {
		r.warnings = append(r.warnings, metrics.Fault{Place: placeIn(configName, r.tree.Key("access")), Text: "access: not used by this version"})
	}
}

// place reads where a state of ours lies: a file of the project, or a server.
func (r *configReader) place(text, otherwise, key string) string {
	place, err := expand(text)
	r.add(err, key)
	r.add(checkStore(place), key)
	if place == "" {
		place = otherwise
	}
	if isURL(place) {
		return place
	}
	return r.inProject(place)
}

// clock returns the time for which a project takes now: noon of as_of, if it is given.
func (c *config) clock(now time.Time) time.Time {
	if c.asOf == nil {
		return now
	}
	begin, _ := c.calendar.Bounds(*c.asOf)
	return begin.Add(12 * time.Hour)
}

func isURL(place string) bool { return strings.Contains(place, "://") }

func (r *configReader) readWarehouse(w warehouseEntry) {
	var err error
	r.warehouse, err = expand(w.URL)
	r.add(err, "warehouse", "url")
	r.add(checkWarehouseURL(r.warehouse), "warehouse", "url")
	if path, ok := strings.CutPrefix(r.warehouse, "duckdb:"); ok {
		path = r.inProject(path)
		r.warehouse = "duckdb:" + path
		if strings.ContainsAny(path, "?#%") {
			r.add(fmt.Errorf("%s: DuckDB takes no path with ?, # or %%", path), "warehouse", "url")
		}
	}
	r.others = w.FilledBy == "others"
	r.recomputeDays = defaultRecompute
	if w.RecomputeDays != nil {
		r.recomputeDays = *w.RecomputeDays
	}
	r.limits = warehouse.Limits{Timeout: defaultTimeout, Memory: defaultMemory}
	if w.StatementTimeout != "" {
		r.limits.Timeout, err = time.ParseDuration(w.StatementTimeout)
		if err != nil || r.limits.Timeout <= 0 {
			err = fmt.Errorf("%q is not a time such as 5m or 30s", w.StatementTimeout)
		}
		r.add(err, "warehouse", "statement_timeout")
	}
	if w.Memory != "" {
		r.limits.Memory, err = parseSize(w.Memory)
		r.add(err, "warehouse", "memory")
	}
	for key, value := range map[string]string{"complete_from": w.CompleteFrom, "complete_through": w.CompleteThrough} {
		if value != "" && (w.FilledBy == "" || w.FilledBy == "tearsheet") {
			r.add(fmt.Errorf("only with filled_by: others; otherwise the ledger knows"), "warehouse", key)
		}
	}
	if w.CompleteFrom != "" {
		day, err := calendar.ParseDay(w.CompleteFrom)
		r.add(err, "warehouse", "complete_from")
		r.completeFrom = &day
	}
	r.completeThrough = w.CompleteThrough
	r.completeThroughAt = placeIn(configName, r.tree.Value("warehouse", "complete_through"))
	if w.CompleteThrough != "" && !strings.Contains(w.CompleteThrough, " ") {
		_, err := calendar.ParseDay(w.CompleteThrough)
		r.add(err, "warehouse", "complete_through")
	}
}

func (r *configReader) dayAt(text string, path ...string) *calendar.Day {
	if text == "" {
		return nil
	}
	day, err := calendar.ParseDay(text)
	r.add(err, path...)
	return &day
}

func (r *configReader) readOutputs(o *outputsEntry) {
	r.outDir, r.paper, r.formats = r.inProject(defaultDir), "letter", []string{"pdf", "xlsx", "html", "json"}
	if o == nil {
		return
	}
	if o.Dir != "" {
		r.outDir = r.inProject(o.Dir)
	}
	if o.Paper != "" {
		r.paper = o.Paper
	}
	r.readSheets(o.Sheets)
	if len(o.Formats) > 0 {
		r.formats = r.sheetFormats(o.Formats, []string{"outputs", "formats"})
	}
}

func (r *configReader) inProject(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(r.dir, path)
}
