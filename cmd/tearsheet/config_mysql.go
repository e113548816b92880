package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"tearsheet/pipeline/source/mysql"
	"tearsheet/warehouse"
)

// mysqlEntry is a server of MySQL or MariaDB.
type mysqlEntry struct {
	DSN     string            `json:"dsn" jsonschema:"minLength=1,example=${MYSQL_DSN}" jsonschema_description:"user:password@tcp(host:3306)/database. ${NAME} is replaced by an environment variable."`
	Tables  []mysqlTableEntry `json:"tables" jsonschema:"minItems=1"`
	MaxTime string            `json:"max_time,omitempty" jsonschema:"example=5m" jsonschema_description:"How long the snapshot may be held open. 5m if absent."`
}

// mysqlTableEntry is a table that is taken from it.
type mysqlTableEntry struct {
	Table     string                 `json:"table" jsonschema:"minLength=1,example=production.users" jsonschema_description:"The table of the warehouse."`
	From      string                 `json:"from" jsonschema:"minLength=1,example=users" jsonschema_description:"The table in MySQL."`
	At        string                 `json:"at,omitempty" jsonschema_description:"The column with the UTC instant of a row: the table is then cut into local days."`
	Day       string                 `json:"day,omitempty" jsonschema_description:"The column with the local date, instead of at."`
	Columns   map[string]columnEntry `json:"columns" jsonschema_description:"The columns to read."`
	MaxShrink string                 `json:"max_shrink,omitempty" jsonschema:"example=5%" jsonschema_description:"The share of rows that may vanish from one night to the next. 5% if absent."`
	described
}

func (r *configReader) readMySQL(e mysqlEntry, path ...string) {
	var s mysql.Source
	var err error
	s.DSN, err = expand(e.DSN)
	r.add(err, append(path, "dsn")...)
	if e.MaxTime != "" {
		s.TimeLimit, err = time.ParseDuration(e.MaxTime)
		if err != nil || s.TimeLimit <= 0 {
			r.add(fmt.Errorf("%q is not a time such as 5m", e.MaxTime), append(path, "max_time")...)
		}
	}
	for i, t := range e.Tables {
		s.Tables = append(s.Tables, r.mysqlTable(t, append(path, "tables", strconv.Itoa(i))...))
	}
	r.sources.mysql = append(r.sources.mysql, s)
}

func (r *configReader) mysqlTable(t mysqlTableEntry, path ...string) mysql.Table {
	table := mysql.Table{Table: t.Table, From: t.From, At: t.At, Day: t.Day}
	if t.At != "" && t.Day != "" {
		r.add(errors.New("name the column with the instant (at:) or the one with the local date (day:), not both"), append(path, "day")...)
	}
	table.MaxShrink = r.shrink(t.MaxShrink, append(path, "max_shrink")...)
	a := r.table(t.Table, t.described, "mysql "+t.From, t.At == "" && t.Day == "", path...)
	r.columns(a, t.Columns, warehouse.ParseType, path...)
	for _, name := range r.tree.Keys(append(path, "columns")...) {
		typ, _ := warehouse.ParseType(t.Columns[name].Type) // columns says what is wrong with it
		if name == warehouse.DayColumn {
			continue // it is there by itself
		}
		table.Columns = append(table.Columns, mysql.Column{Name: name, From: t.Columns[name].From, Type: typ})
	}
	return table
}
