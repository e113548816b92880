package schemadoc_test

import (
	"time"

	"tearsheet/calendar"
	"tearsheet/schemadoc"
)

var today = calendar.DayOn(2026, time.November, 16)

// sample is the document of an invented company, with everything that a document can
// have.
func sample() *schemadoc.Document {
	return &schemadoc.Document{
		Company: "Lumen & Lark", AsOf: today - 1, Timezone: "America/Toronto",
		Groups: []schemadoc.Group{
			{Title: "Facts", Note: "A row is something that happened, on its local day.", Tables: []schemadoc.Table{likes(), signups()}},
			{Title: "Dimensions", Note: "A row is something that events are about, as it is now.", Tables: []schemadoc.Table{users()}},
			{Title: "Snapshots and rollups", Note: "Derived from facts, to be read faster or as of a day.", Tables: []schemadoc.Table{activity()}},
			{Title: "Staging", Note: "What sources brought, as they brought it. Read facts instead.", Tables: []schemadoc.Table{events()}},
			{Title: "Others", Note: "In the warehouse, and made by nothing that is known here.", Tables: []schemadoc.Table{{
				Name: "tmp_backup_2025", Columns: []schemadoc.Column{{Name: "id", Type: "bigint"}, {Name: "payload", Type: "json"}}}}},
		},
		Missing: []schemadoc.Missing{
			{Table: "signups", Place: "etl/signups.sql:2", Text: "has no owner"},
			{Table: "signups", Column: "referrer", Place: "etl/signups.sql:19", Text: "has no description"},
			{Table: "users", Column: "subscription_type", Place: "etl/users.sql:31", Text: `holds "Pro", which is not allowed`},
			{Table: "users", Column: "legacy_flags", Place: "etl/users.sql:2", Text: "stands in the warehouse, and the file does not name it"},
			{Table: "tmp_backup_2025", Text: "stands in the warehouse, and no file and no source makes it"},
		},
	}
}

func loaded(days int, rows int64, have, of int) schemadoc.Freshness {
	return schemadoc.Freshness{Known: true, Loaded: true, First: today.Add(-days), Last: today - 1, Days: days, Rows: rows, Coverage: calendar.Coverage{Have: have, Of: of},
		LoadedAt: time.Date(2026, time.November, 16, 3, 12, 40, 0, time.UTC)}
}

func counted(rows int64) schemadoc.Counted {
	return schemadoc.Counted{From: today.Add(-28), To: today, Rows: rows}
}

func likes() schemadoc.Table {
	return schemadoc.Table{
		Name: "likes", Description: "One like of one photo by a signed-in user. A like that is taken back the same day stands here all the same: what is counted is the act.",
		Grain: "one row per day, user_id, photo_id, at", Partition: "local day", Owner: "product analytics", Source: "etl/likes.sql",
		MadeOf: []schemadoc.Parent{{Table: "staging.events"}, {Table: "users", Mapping: "as it is then"}}, UsedBy: []string{"activity_daily", "photos"},
		Fresh: loaded(182, 228_401_377, 23, 24), Counted: counted(35_281_004),
		Columns: []schemadoc.Column{
			{Name: "day", Type: "date", Description: "Local date of the event in the company's zone.", Key: true, NeverNull: true},
			{Name: "at", Type: "timestamp", Description: "When it happened, UTC, to the microsecond.", Key: true, NeverNull: true},
			{Name: "user_id", Type: "bigint", Description: "Who liked; users.user_id.", Key: true},
			{Name: "photo_id", Type: "bigint", Description: "What was liked; photos.photo_id.", Key: true, NeverNull: true},
			{Name: "client", Type: "text", Description: "Where the user was, by the query parameter client. Requests before app 3.0 carry none.", Nulls: 412_387, Values: []schemadoc.Value{
				{Text: "web", Rows: 20_110_172}, {Text: "iphone", Rows: 9_280_441}, {Text: "android", Rows: 4_931_002},
				{Text: "ipad", Rows: 546_980}, {Null: true, Rows: 412_387}, {Text: "", Rows: 22}}},
			{Name: "is_staff", Type: "boolean", Description: "Whether the user worked here on that day.", NeverNull: true, Values: []schemadoc.Value{
				{Text: "false", Rows: 35_280_101}, {Text: "true", Rows: 903}}},
		},
	}
}

func signups() schemadoc.Table {
	return schemadoc.Table{
		Name: "signups", Description: "A new account.", Grain: "one row per user_id", Partition: "local day", Source: "etl/signups.sql",
		MadeOf: []schemadoc.Parent{{Table: "production.users", Mapping: "whole"}, {Table: "staging.events", Mapping: "the day and 6 before"}},
		Fresh:  loaded(182, 1_702_334, 1, 1), Counted: counted(276_104),
		Columns: []schemadoc.Column{
			{Name: "day", Type: "date", Description: "Local date of the signup.", NeverNull: true},
			{Name: "user_id", Type: "bigint", Description: "The account.", Key: true, NeverNull: true},
			{Name: "country", Type: "text", Description: "ISO 3166 code by the address of the first request.", Nulls: 3_044, More: 171, Values: []schemadoc.Value{
				{Text: "US", Rows: 88_121}, {Text: "GB", Rows: 31_876}, {Text: "DE", Rows: 22_410}, {Text: "CA", Rows: 20_931}, {Text: "FR", Rows: 16_244},
				{Text: "JP", Rows: 11_310}, {Text: "BR", Rows: 9_988}, {Null: true, Rows: 3_044}}},
			{Name: "referrer", Type: "text", Nulls: 276_104},
		},
	}
}

func users() schemadoc.Table {
	return schemadoc.Table{
		Name: "users", Description: "Every account that ever was, readable: flags are yes or no, and codes are words.", Grain: "one row per user_id", Partition: "whole table",
		Owner: "data platform", Source: "etl/users.sql", MadeOf: []schemadoc.Parent{{Table: "production.users"}}, UsedBy: []string{"likes"},
		Fresh:   schemadoc.Freshness{Known: true, Loaded: true, Whole: true, Rows: 14_200_118, LoadedAt: time.Date(2026, time.November, 16, 3, 9, 2, 0, time.UTC)},
		Counted: schemadoc.Counted{Rows: 10_000_000, Of: 14_200_118},
		Columns: []schemadoc.Column{
			{Name: "user_id", Type: "bigint", Description: "Number of the account in production.", Key: true, NeverNull: true},
			{Name: "is_subscriber", Type: "text", Description: "Whether a paid period, or its grace, covers now.", Values: []schemadoc.Value{{Text: "no", Rows: 9_716_600}, {Text: "yes", Rows: 283_400}}},
			{Name: "subscription_type", Type: "text", Description: "What the paid period is; none for those who never paid.", Values: []schemadoc.Value{
				{Text: "none", Rows: 9_480_010}, {Text: "plus", Rows: 361_221}, {Text: "awesome", Rows: 158_701}, {Text: "Pro", Rows: 68, Stray: true}, {Text: "lifetime"}}},
		},
	}
}

func activity() schemadoc.Table {
	return schemadoc.Table{
		Name: "activity_daily", Description: "What each user did on a day, by client. Daily, weekly and monthly actives are counted from it.", Grain: "one row per day, user_id, client",
		Partition: "local day", Owner: "product analytics", Source: "etl/activity_daily.sql", Fresh: schemadoc.Freshness{Known: true}, MadeOf: []schemadoc.Parent{{Table: "likes"}, {Table: "signups", Mapping: "all days so far"}},
		Columns: []schemadoc.Column{
			{Name: "day", Type: "date", Description: "Local date.", Key: true, NeverNull: true},
			{Name: "user_id", Type: "bigint", Description: "The user.", Key: true},
			{Name: "likes", Type: "bigint", Description: "Likes on that day."},
		},
	}
}

func events() schemadoc.Table {
	return schemadoc.Table{
		Name: "staging.events", Description: "Lines of the hourly logs of all hosts.", Grain: "one row per line of a file", Partition: "file, by local day",
		Source: "logs: s3://lumen-logs, {host}/{day}-{hour}.log.gz of web-1, web-2, api-1", UsedBy: []string{"likes", "signups"},
		Fresh: loaded(182, 4_120_833_905, 71, 72), Counted: schemadoc.Counted{From: today - 1, To: today, Rows: 22_114_804},
		Columns: []schemadoc.Column{
			{Name: "day", Type: "date", Description: "Local date of the line.", NeverNull: true},
			{Name: "file_id", Type: "bigint", Description: "The file of the line."},
			{Name: "action", Type: "text", Description: "What the user did.", Values: []schemadoc.Value{{Text: "photo_view", Rows: 19_810_113}, {Text: "photo_like", Rows: 1_260_034}, {Text: "photo_upload", Rows: 58_020}, {Text: "user_follow", Rows: 986_637}}},
		},
	}
}

// hostile is a document whose texts try to be something else.
func hostile() *schemadoc.Document {
	const script, formula = `<script>alert("x")</script>`, `=HYPERLINK("http://evil.example","x")`
	return &schemadoc.Document{Company: script, AsOf: today - 1, Timezone: "UTC",
		Groups: []schemadoc.Group{{Title: "Facts", Note: "n", Tables: []schemadoc.Table{{
			Name: `a"><img src=x onerror=alert(1)>`, Description: "+1+1|cell\n# heading `code` [x](javascript:alert(1)) _x0041_", Grain: formula, Owner: "@SUM(A1)", Source: "-2+3",
			MadeOf: []schemadoc.Parent{{Table: `</style><svg onload=alert(1)>`}}, UsedBy: []string{`javascript:alert(1)`},
			Counted: schemadoc.Counted{From: today - 1, To: today, Rows: 4},
			Columns: []schemadoc.Column{{Name: `c|d`, Type: "text", Description: formula, Values: []schemadoc.Value{
				{Text: formula, Rows: 2}, {Text: "NULL", Rows: 1}, {Text: script, Rows: 1}, {Text: "``|`", Stray: true}}}},
		}}}},
		Missing: []schemadoc.Missing{{Table: script, Column: formula, Text: script, Place: formula}},
	}
}
