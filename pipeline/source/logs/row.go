package logs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
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
	fields     []int      // of each column, its field
	drops      [][][]byte // of each field, the values that are left out
	definition string
}

func compile(s Source, c calendar.Calendar) *compiled {
	made := &compiled{Source: s, calendar: c, table: s.StagingTable()}
	names := s.Form.Fields()
	for _, column := range s.Columns {
		made.fields = append(made.fields, slices.Index(names, column.Field))
	}
	made.drops = make([][][]byte, len(names))
	for field, values := range s.Drop {
		for _, value := range values {
			at := slices.Index(names, field)
			made.drops[at] = append(made.drops[at], []byte(value))
		}
	}
	const rules = 1 // raise it when the reading of a line changes
	text := fmt.Sprintf("%d %s %v %v %g", rules, c.Zone(), names, s.Drop, s.MaxRejected)
	for _, column := range s.Columns {
		text += fmt.Sprintf("\n%s %s %t %s %s", column.Name, column.Type, column.Address, column.Field, column.Key)
	}
	sum := sha256.Sum256([]byte(text))
	made.definition = hex.EncodeToString(sum[:8])
	return made
}

// rowParser turns lines into rows of a batch.
type rowParser struct {
	source  *compiled
	line    logline.Line
	decoded []byte
	values  []value // of the row under way
	texts   []byte
	// The local day between whose bounds the last event lay.
	day      calendar.Day
	from, to int64
}

// value is a value of a row under way: a number, or a text in rowParser.texts.
type value struct {
	null       bool
	number     int64
	real       float64
	wide       *big.Int
	begin, end int
}

// outcome is what became of a line: a row, unless it was refused or left out.
type outcome struct {
	refused *logline.Refusal
	dropped bool
}

// parse reads a line and appends its row.
func (p *rowParser) parse(r *reading, text []byte, first bool) outcome {
	text, mended := logline.Mend(text, first)
	if refusal := p.source.Form.Cut(text, &p.line); refusal != nil {
		return outcome{refused: refusal}
	}
	for field, values := range p.source.drops {
		for _, value := range values {
			if bytes.Equal(p.line.Field(field), value) {
				return outcome{dropped: true}
			}
		}
	}
	at, refusal := p.source.Form.Instant(&p.line)
	if refusal != nil {
		return outcome{refused: refusal}
	}
	p.values, p.texts = p.values[:0], p.texts[:0]
	for i := range p.source.Columns {
		if refusal := p.column(i); refusal != nil {
			return outcome{refused: refusal}
		}
	}
	if mended {
		r.mended++
	}
	p.append(r, at)
	return outcome{}
}

// column reads the value of a column from the line.
func (p *rowParser) column(i int) *logline.Refusal {
	c := &p.source.Columns[i]
	text := p.line.Field(p.source.fields[i])
	if c.Key != "" {
		found := false
		if text, found = logline.Parameter(text, []byte(c.Key), p.decoded); !found {
			text = nil
		}
	}
	v := value{null: len(text) == 0 || len(text) == 1 && text[0] == '-'}
	if !v.null {
		if wrong := p.fill(&v, c, text); wrong != "" {
			offset := max(0, bytes.Index(p.line.Field(p.source.fields[i]), text))
			return &logline.Refusal{Offset: p.line.Start(p.source.fields[i]) + offset, Reason: c.Name + ": " + wrong}
		}
	}
	p.values = append(p.values, v)
	return nil
}

// fill reads a text as the type of a column, and says what is wrong with it.
func (p *rowParser) fill(v *value, c *Column, text []byte) (wrong string) {
	ok := true
	switch {
	case c.Address:
		v.number, ok = logline.ParseAddress(text)
		v.null = !ok
		return ""
	case c.Type.Kind == warehouse.Bigint:
		v.number, ok = logline.ParseInt(text)
	case c.Type.Kind == warehouse.Text:
		if ok = logline.Text(text); ok {
			v.begin = len(p.texts)
			p.texts = append(p.texts, text...)
			v.end = len(p.texts)
		}
	default:
		ok = v.other(c.Type, string(text))
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("%.40q is not a %s", text, c.Type)
}

// other reads the types that are rare in logs.
func (v *value) other(typ warehouse.Type, text string) bool {
	switch typ.Kind {
	case warehouse.Decimal:
		n, err := typ.Unscaled(text)
		if err != nil {
			return false
		}
		if v.wide = n; typ.Narrow() {
			v.number = n.Int64()
		}
		return true
	case warehouse.Double:
		real, err := strconv.ParseFloat(text, 64)
		v.real = real
		return err == nil && real == real && real-real == 0 // neither NaN nor infinite
	case warehouse.Boolean:
		switch text {
		case "1", "true", "t":
			v.number = 1
			return true
		}
		return text == "0" || text == "false" || text == "f"
	case warehouse.Date:
		day, err := calendar.ParseDay(text)
		v.number = int64(day)
		return err == nil
	case warehouse.Timestamp:
		at, err := time.Parse(time.RFC3339Nano, text)
		v.number = at.UnixMicro()
		return err == nil
	}
	return false
}

// append adds the row under way to the batch, with its instant and its local day.
func (p *rowParser) append(r *reading, at int64) {
	if at < p.from || at >= p.to {
		p.day = p.source.calendar.DayOf(logline.Micros(at))
		from, to := p.source.calendar.Bounds(p.day)
		p.from, p.to = from.UnixMicro(), to.UnixMicro()
	}
	r.days[p.day]++
	r.watch(at)
	b := r.batch
	b.Rows++
	b.Days = append(b.Days, p.day)
	b.Columns[0].Ints = append(b.Columns[0].Ints, r.id)
	b.Columns[1].Ints = append(b.Columns[1].Ints, at)
	for i, v := range p.values {
		c := &p.source.Columns[i]
		into := &b.Columns[2+i]
		into.Null = append(into.Null, v.null)
		switch {
		case c.Type.Narrow():
			into.Ints = append(into.Ints, v.number)
		case c.Type.Kind == warehouse.Text:
			into.AppendText(p.texts[v.begin:v.end])
			if len(c.Allowed) > 0 && !v.null {
				r.known(c, p.texts[v.begin:v.end])
			}
		case c.Type.Kind == warehouse.Decimal:
			into.Wide = append(into.Wide, v.wide)
		default:
			into.Reals = append(into.Reals, v.real)
		}
	}
}

// watch counts events that lie outside the hour of the file.
func (r *reading) watch(at int64) {
	begin := r.object.hour.UnixMicro() - strayBy.Microseconds()
	end := r.object.hour.Add(time.Hour).UnixMicro() + strayBy.Microseconds()
	if at >= begin && at < end && at <= r.now.UnixMicro()+strayBy.Microseconds() {
		return
	}
	if r.strays++; r.strays == 1 {
		r.stray = fmt.Sprintf("%s in line %d", logline.Micros(at).Format("2006-01-02 15:04:05"), r.lines)
	}
}

// known counts values that a column is not known to have.
func (r *reading) known(c *Column, text []byte) {
	for _, allowed := range c.Allowed {
		if string(text) == allowed {
			return
		}
	}
	const most = 20 // different ones that are told of a file
	name := fmt.Sprintf("unknown %s %.40q", c.Name, text)
	if _, there := r.odd[name]; there || len(r.odd) < most {
		r.odd[name]++
	}
}
