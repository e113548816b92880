package schemadoc

import (
	"fmt"
	"slices"
	"strings"

	"tearsheet/pipeline"
	"tearsheet/warehouse"
)

// The kinds of tables, which are the titles of their groups.
const (
	kindFacts      = "Facts"
	kindDimensions = "Dimensions"
	kindRollups    = "Snapshots and rollups"
	kindStaging    = "Staging"
	kindProduction = "Production"
	kindOther      = "Others"
	kindLedger     = "Ledger"
)

// groups returns the groups in their order, without tables.
func groups() []Group {
	return []Group{
		{kindFacts, "A row is something that happened, on its local day.", nil},
		{kindDimensions, "A row is something that events are about, as it is now.", nil},
		{kindRollups, "Derived from facts, to be read faster or as of a day.", nil},
		{kindStaging, "What sources brought, as they brought it. Read facts instead.", nil},
		{kindProduction, "Copies of tables of the production database.", nil},
		{kindOther, "In the warehouse, and made by nothing that is known here.", nil},
		{kindLedger, "What is loaded, and of what it was made; written in the transaction of the rows.", nil},
	}
}

// kindOf returns the kind of an asset: by a tag that names it, by its schema, else by
// how it is made. What is made of facts alone is a rollup.
func kindOf(a *pipeline.Asset) string {
	for _, tag := range a.Tags {
		switch strings.TrimSuffix(tag, "s") {
		case "fact":
			return kindFacts
		case "dimension":
			return kindDimensions
		case "snapshot", "rollup":
			return kindRollups
		case "staging":
			return kindStaging
		}
	}
	schema, _ := a.Table().Split()
	switch {
	case schema == "staging":
		return kindStaging
	case schema == "production":
		return kindProduction
	case a.Whole:
		return kindDimensions
	case len(a.Depends) > 0 && !slices.ContainsFunc(a.Depends, func(d pipeline.Depend) bool { return strings.Contains(d.Asset, ".") }):
		return kindRollups
	}
	return kindFacts
}

// grainOf says what a row is, or "" if no column is a key.
func grainOf(a *pipeline.Asset) string {
	var keys []string
	filed := false
	for _, c := range a.Columns {
		if c.PrimaryKey {
			keys = append(keys, c.Name)
		}
		filed = filed || c.Name == warehouse.FileColumn
	}
	switch {
	case len(keys) > 0:
		return "one row per " + strings.Join(keys, ", ")
	case filed:
		return "one row per line of a file"
	case a.SQL == "":
		return "one row per row of the source"
	}
	return ""
}

func partitionOf(a *pipeline.Asset) string {
	switch {
	case a.Whole:
		return "whole table"
	case slices.ContainsFunc(a.Columns, func(c pipeline.Column) bool { return c.Name == warehouse.FileColumn }):
		return "file, by local day"
	}
	return "local day"
}

func sourceOf(a *pipeline.Asset) string {
	if a.SQL != "" {
		return a.File
	}
	return a.Source
}

// mappingText says which days of a parent a day is made of; "" is the plain case.
func mappingText(d pipeline.Depend, parent *pipeline.Asset) string {
	switch d.Mapping {
	case pipeline.Previous:
		return "the day before"
	case pipeline.Lookback:
		return fmt.Sprintf("the day and %d before", d.Days)
	case pipeline.AllBefore:
		return "all days so far"
	case pipeline.Latest:
		return "as it is then"
	}
	if parent != nil && parent.Whole {
		return "whole"
	}
	return ""
}

// typeWord turns an engine's word for a type into ours.
func typeWord(word string) string {
	word = strings.ToLower(word)
	switch word {
	case "varchar", "character varying", "character", "bpchar":
		return "text"
	case "double precision", "real", "float":
		return "double"
	case "timestamp without time zone", "timestamp with time zone", "timestamptz":
		return "timestamp"
	case "numeric":
		return "decimal"
	}
	return word
}
