package logs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tearsheet/calendar"
	"tearsheet/pipeline/logline"
	"tearsheet/warehouse"
)

// compiled is a source with what is worked out once.
type compiled struct {
	Source
	calendar   calendar.Calendar
	table      warehouse.Table
	fields     []int // of each column, its field
	drops      []drop
	allowed    []map[string]bool // of each column; nil if anything may stand in it
	definition string
}

// drop are the values of a field with which a line is left out.
type drop struct {
	field  int
	values []string
}

func compile(s Source, c calendar.Calendar) *compiled {
	made := &compiled{Source: s, calendar: c, table: s.StagingTable()}
	names := s.Form.Fields()
	for _, column := range s.Columns {
		made.fields = append(made.fields, slices.Index(names, column.Field))
		var allowed map[string]bool
		if len(column.Allowed) > 0 {
			allowed = map[string]bool{}
			for _, value := range column.Allowed {
				allowed[value] = true
			}
		}
		made.allowed = append(made.allowed, allowed)
	}
	for at, name := range names {
		if values := s.Drop[name]; len(values) > 0 {
			made.drops = append(made.drops, drop{at, values})
		}
	}
	const rules = 3 // raise it when the reading of a line changes
	text := fmt.Sprintf("%d %q %q %g", rules, s.Form, s.Drop, s.MaxRejected)
	for _, column := range s.Columns {
		text += fmt.Sprintf("\n%s %s %t %s %s", column.Name, column.Type, column.Address, column.Field, column.Key)
	}
	made.definition = shortHash(c.Zone().String()) + zoneEnd + shortHash(text)
	return made
}

// zoneEnd stands in a definition between the hash of the time zone, which decides on which
// day an event lies, and that of all other rules.
const zoneEnd = "-"

func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// The columns of the staging table before those of the source.
const (
	fileAt = iota
	instantAt
	ownColumns
)

// rowParser turns lines into rows of a batch.
type rowParser struct {
	source  *compiled
	line    logline.Line
	decoded []byte
	// The local day between whose bounds the last event lay.
	day      calendar.Day
	from, to int64
}

// outcome is what became of a line: a row, unless it was refused or left out.
type outcome struct {
	refused *logline.Refusal
	dropped bool
	mended  bool
}

// parse reads a line and appends its row to the batch of the reading.
func (p *rowParser) parse(r *reading, text []byte) outcome {
	text, mended := logline.Mend(text, r.lines == 1)
	if refusal := p.source.Form.Cut(text, &p.line); refusal != nil {
		return outcome{refused: refusal}
	}
	for _, drop := range p.source.drops {
		field := p.line.Field(drop.field)
		for _, value := range drop.values {
			if string(field) == value {
				return outcome{dropped: true}
			}
		}
	}
	at, refusal := p.source.Form.Instant(&p.line)
	if refusal != nil {
		return outcome{refused: refusal}
	}
	b := r.batch
	for i := range p.source.Columns {
		if refusal := p.column(i, &b.Columns[ownColumns+i], b.Rows); refusal != nil {
			for j := range i + 1 {
				cutBack(&b.Columns[ownColumns+j], b.Rows)
			}
			return outcome{refused: refusal}
		}
	}
	p.finish(r, at)
	return outcome{mended: mended || p.line.Mended()}
}

// finish completes the row under way by its file, its instant and its local day.
func (p *rowParser) finish(r *reading, at int64) {
	if at < p.from || at >= p.to {
		p.day = p.source.calendar.DayOf(time.UnixMicro(at))
		from, to := p.source.calendar.Bounds(p.day)
		p.from, p.to = from.UnixMicro(), to.UnixMicro()
	}
	r.count(p.day)
	r.watch(at)
	b := r.batch
	b.Columns[fileAt].Ints = append(b.Columns[fileAt].Ints, r.id)
	b.Columns[instantAt].Ints = append(b.Columns[instantAt].Ints, at)
	b.Days = append(b.Days, p.day)
	b.Rows++
	for i, allowed := range p.source.allowed {
		if v := &b.Columns[ownColumns+i]; allowed != nil && !isNull(v, b.Rows-1) && !allowed[string(v.Text(b.Rows-1))] {
			r.unknown(p.source.Columns[i].Name, v.Text(b.Rows-1))
		}
	}
}

// column reads the value of a column from the line and appends it.
func (p *rowParser) column(i int, into *warehouse.Vector, row int) *logline.Refusal {
	c := &p.source.Columns[i]
	text := p.line.Field(p.source.fields[i])
	if c.Key != "" {
		text, _ = logline.Parameter(text, c.Key, p.decoded[:0])
	}
	if len(text) == 0 || len(text) == 1 && text[0] == '-' {
		appendNull(into, c.Type, row)
		return nil
	}
	ok := true
	switch {
	case c.Address:
		var n int64
		if n, ok = logline.ParseAddress(text); !ok {
			appendNull(into, c.Type, row)
			return nil
		}
		into.Ints = append(into.Ints, n)
	case c.Type.Kind == warehouse.Bigint:
		var n int64
		n, ok = logline.ParseInt(text)
		into.Ints = append(into.Ints, n)
	case c.Type.Kind == warehouse.Text:
		if ok = logline.Text(text); ok {
			into.AppendText(text)
		}
	default:
		ok = appendOther(into, c.Type, text)
	}
	if ok {
		if len(into.Null) > 0 {
			into.Null = append(into.Null, false)
		}
		return nil
	}
	field := p.line.Field(p.source.fields[i])
	offset := p.line.Start(p.source.fields[i]) + max(0, bytes.Index(field, text))
	return &logline.Refusal{Offset: offset, Reason: fmt.Sprintf("%s: %.40q is not %s", c.Name, text, inWords(c.Type))}
}

// inWords says what a value of a type is.
func inWords(typ warehouse.Type) string {
	switch typ.Kind {
	case warehouse.Text:
		return "UTF-8, or has a NUL"
	case warehouse.Bigint:
		return "a whole number"
	}
	return "a " + typ.String()
}

// appendOther appends a value of the types that are rare in logs.
func appendOther(into *warehouse.Vector, typ warehouse.Type, text []byte) bool {
	switch {
	case typ.Kind == warehouse.Decimal && typ.Narrow():
		n, ok := logline.ParseDecimal(text, typ.Precision, typ.Scale)
		into.Ints = append(into.Ints, n)
		return ok
	case typ.Kind == warehouse.Decimal:
		n, err := typ.Unscaled(string(text))
		into.Wide = append(into.Wide, n)
		return err == nil
	case typ.Kind == warehouse.Double:
		real, err := strconv.ParseFloat(string(text), 64)
		into.Reals = append(into.Reals, real+0) // -0 is 0
		return err == nil && real-real == 0     // neither NaN nor infinite
	case typ.Kind == warehouse.Boolean:
		value, ok := logline.ParseBool(text)
		into.Ints = append(into.Ints, 0)
		if value {
			into.Ints[len(into.Ints)-1] = 1
		}
		return ok
	case typ.Kind == warehouse.Date:
		day, err := calendar.ParseDay(string(text))
		into.Ints = append(into.Ints, int64(day))
		return err == nil
	}
	at, err := time.Parse(time.RFC3339Nano, string(text))
	into.Ints = append(into.Ints, at.UnixMicro())
	return err == nil && at.UTC().Year() >= 1 && at.UTC().Year() <= 9999
}

// appendNull appends NULL as the value of a row.
func appendNull(into *warehouse.Vector, typ warehouse.Type, row int) {
	for len(into.Null) < row {
		into.Null = append(into.Null, false)
	}
	into.Null = append(into.Null, true)
	switch {
	case typ.Narrow():
		into.Ints = append(into.Ints, 0)
	case typ.Kind == warehouse.Text:
		into.Ends = append(into.Ends, int32(len(into.Bytes)))
	case typ.Kind == warehouse.Decimal:
		into.Wide = append(into.Wide, nil)
	default:
		into.Reals = append(into.Reals, 0)
	}
}

// isNull reports whether the value of a row is NULL, in a column whose marks may end
// before it.
func isNull(v *warehouse.Vector, row int) bool { return row < len(v.Null) && v.Null[row] }

// cutBack takes away what a column has beyond some rows.
func cutBack(v *warehouse.Vector, rows int) {
	v.Null, v.Ints, v.Reals, v.Wide = upTo(v.Null, rows), upTo(v.Ints, rows), upTo(v.Reals, rows), upTo(v.Wide, rows)
	if v.Ends = upTo(v.Ends, rows); rows == 0 {
		v.Bytes = v.Bytes[:0]
	} else if len(v.Ends) > 0 {
		v.Bytes = v.Bytes[:v.Ends[len(v.Ends)-1]]
	}
}

func upTo[T any](values []T, n int) []T { return values[:min(len(values), n)] }
