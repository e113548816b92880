package mysql_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tearsheet/pipeline/source/mysql"
	"tearsheet/warehouse"
)

func dataError(t *testing.T, err error, want ...string) {
	t.Helper()
	var data *mysql.DataError
	if !errors.As(err, &data) {
		t.Fatalf("error is %v (%T)", err, err)
	}
	wantText(t, err, want...)
}

// Each type of the server is stored as the server takes it and comes as DuckDB shows it.
// What comes is written down by hand.
func TestEveryTypeComesExactly(t *testing.T) {
	for i, tt := range []struct {
		column, typ string
		values      []string // in the server's SQL
		want        []string // as text; in the order of the values
	}{
		{"tinyint", "bigint", []string{"-128", "127", "null"}, []string{"-128", "127", "<nil>"}},
		{"int unsigned", "bigint", []string{"4294967295"}, []string{"4294967295"}},
		{"bigint", "bigint", []string{"-9223372036854775808", "9223372036854775807"}, []string{"-9223372036854775808", "9223372036854775807"}},
		{"bigint unsigned", "bigint", []string{"9223372036854775807"}, []string{"9223372036854775807"}},
		{"bigint unsigned", "decimal(20,0)", []string{"18446744073709551615"}, []string{"18446744073709551615"}},
		{"bigint unsigned", "text", []string{"18446744073709551615"}, []string{"18446744073709551615"}},
		{"int(5) zerofill", "bigint", []string{"42"}, []string{"42"}},
		{"year", "bigint", []string{"2015"}, []string{"2015"}},
		{"bit(12)", "bigint", []string{"b'101010101010'"}, []string{"2730"}},
		{"bit(1)", "boolean", []string{"b'1'", "b'0'", "null"}, []string{"true", "false", "<nil>"}},
		{"tinyint(1)", "boolean", []string{"true", "0"}, []string{"true", "false"}},
		{"float", "double", []string{"16777215", "0.1"}, []string{"16777215.0", "0.10000000149011612"}},
		{"double", "double", []string{"0.1", "1e308", "-2.2250738585072014e-308"}, []string{"0.1", "1e+308", "-2.2250738585072014e-308"}},
		{"double", "double", []string{"0.1e0 + 0.2e0"}, []string{"0.30000000000000004"}},
		{"int", "double", []string{"2147483647"}, []string{"2147483647.0"}},
		{"decimal(12,2)", "decimal(12,2)", []string{"-9999999999.99", "0.01", "-0.05", "5"}, []string{"-9999999999.99", "0.01", "-0.05", "5.00"}},
		{"decimal(10,2)", "decimal(14,4)", []string{"1.5"}, []string{"1.5000"}},
		{"decimal(38,10)", "decimal(38,10)", []string{"1234567890123456789012345678.0123456789", "-0.0000000001"}, []string{"1234567890123456789012345678.0123456789", "-0.0000000001"}},
		{"decimal(18,0)", "bigint", []string{"-999999999999999999"}, []string{"-999999999999999999"}},
		{"decimal(12,2)", "text", []string{"1.50"}, []string{"1.50"}},
		{"int", "decimal(12,2)", []string{"-7"}, []string{"-7.00"}},
		{"date", "date", []string{"'0001-01-01'", "'9999-12-31'", "'2016-02-29'", "'1969-12-31'"}, []string{"0001-01-01", "9999-12-31", "2016-02-29", "1969-12-31"}},
		{"datetime", "timestamp", []string{"'1969-12-31 23:59:59'", "'9999-12-31 23:59:59'"}, []string{"1969-12-31 23:59:59", "9999-12-31 23:59:59"}},
		{"datetime(6)", "timestamp", []string{"'2015-02-10 10:24:31.324432'", "'2015-02-10 10:24:31.000001'"}, []string{"2015-02-10 10:24:31.324432", "2015-02-10 10:24:31.000001"}},
		{"datetime(3)", "timestamp", []string{"'2015-02-10 10:24:31.3'"}, []string{"2015-02-10 10:24:31.3"}},
		{"timestamp", "timestamp", []string{"from_unixtime(1423563871)"}, []string{"2015-02-10 10:24:31"}},
		{"varchar(40) character set latin1", "text", []string{"'Bjørn'", "''", "null"}, []string{"Bjørn", "", "<nil>"}},
		{"varchar(40) character set utf8mb3", "text", []string{"'naïve €'"}, []string{"naïve €"}},
		{"varchar(40) character set ucs2", "text", []string{"'naïve €'"}, []string{"naïve €"}},
		{"varchar(40)", "text", []string{"'🙂 \\'\\\\'", "'tab\t'", "'  '"}, []string{"🙂 '\\", "tab\t", "  "}},
		{"char(10)", "text", []string{"'ab'"}, []string{"ab"}},
		{"longtext", "text", []string{"repeat('abc', 3)"}, []string{"abcabcabc"}},
		{"json", "text", []string{"'{\"a\": [1, 2]}'"}, []string{`{"a": [1, 2]}`}},
		{"enum('web','it''s')", "text", []string{"'it''s'"}, []string{"it's"}},
		{"set('a','b','c')", "text", []string{"'a,c'", "''"}, []string{"a,c", ""}},
		{"time", "text", []string{"'-838:59:59'"}, []string{"-838:59:59"}},
		{"uuid", "text", []string{"'6ccd780c-baba-1026-9564-5b8c656024db'"}, []string{"6ccd780c-baba-1026-9564-5b8c656024db"}},
	} {
		t.Run(fmt.Sprintf("%d %s as %s", i, tt.column, tt.typ), func(t *testing.T) {
			s := newShop(t, "UTC")
			s.exec(t, fmt.Sprintf("create table t%d (id int primary key, v %s)", i, tt.column), "set time_zone = '+05:30'")
			want := []string{}
			for at, value := range tt.values {
				s.exec(t, fmt.Sprintf("insert into t%d values (%d, %s)", i, at, value))
				want = append(want, fmt.Sprintf("%d|%s", at, tt.want[at]))
			}
			s.load(t, s.source(mysql.Table{Table: fmt.Sprintf("t%d", i), Columns: columns(t, "id bigint, v "+tt.typ)}))
			s.want(t, fmt.Sprintf("select id, cast(v as varchar) from t%d", i), want...)
		})
	}
}

func TestB09_DatesThatDoNotExistBecomeNullAndAreCounted(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, "set sql_mode = 'ALLOW_INVALID_DATES'", "create table users (id int primary key, born date, seen datetime)",
		"insert into users values (1, '0000-00-00', '2015-02-30 10:00:00'), (2, '2015-02-00', '0000-00-00 00:00:00'), (3, '2016-02-29', '2015-02-28 10:00:00'), (4, null, null), (5, '2015-02-31', '2016-02-29 00:00:00')")
	report := s.load(t, s.source(mysql.Table{Table: "users", Columns: columns(t, "id bigint, born date, seen timestamp")}))
	s.want(t, "select id, cast(born as varchar), cast(seen as varchar) from users", "1|<nil>|<nil>", "2|<nil>|<nil>", "3|2016-02-29|2015-02-28 10:00:00", "4|<nil>|<nil>", "5|<nil>|2016-02-29 00:00:00")
	want := []mysql.Nulled{{Column: "born", Count: 3, Key: "id 1", Text: "0000-00-00"}, {Column: "seen", Count: 2, Key: "id 1", Text: "2015-02-30 10:00:00"}}
	if got := report.Tables[0].Nulled; !slices.Equal(got, want) {
		t.Errorf("nulled %+v, want %+v", got, want)
	}
}

// An index asks the server for the first day, which goes on from each such date.
func TestB09_FirstDayPassesOverDatesThatDoNotExist(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, "set sql_mode = 'ALLOW_INVALID_DATES'", "create table signups (id int primary key, d date, key (d))",
		"insert into signups values (1, '2015-02-30'), (2, '2015-02-31'), (3, '2015-03-00'), (4, '2015-03-02'), (5, '2015-00-10'), (6, '0000-00-00')")
	p := s.load(t, s.source(mysql.Table{Table: "signups", Day: "d", Columns: columns(t, "id bigint")})).Tables[0]
	if p.From != day(t, "2015-03-02") || p.Loaded != 1 || p.Rejected != 5 {
		t.Errorf("report %+v", p)
	}
}

func TestB09_RowWhoseDayDoesNotExistIsRejected(t *testing.T) {
	s := newShop(t, "America/Toronto")
	s.exec(t, "set sql_mode = 'ALLOW_INVALID_DATES'", makePurchases, `insert into purchases values (10, 1, 1, '2026-11-14 12:00:00'), (11, 1, 1, '0000-00-00 00:00:00'),
		(12, 1, 1, null), (13, 1, 1, '2026-02-30 12:00:00'), (14, 1, 1, '1970-01-01 00:00:00'), (15, 1, 1, '2026-11-15 12:00:00'), (16, 1, 1, '1970-01-02 00:00:00')`)
	for range 2 { // and again
		report := s.load(t, s.source(purchases(t)))
		p := report.Tables[0]
		if p.Rejected != 5 || p.Loaded != 2 || len(p.Nulled) != 0 || p.From != day(t, "2026-11-14") {
			t.Errorf("report %+v", p)
		}
		s.want(t, "select id from production.purchases", "10", "15")
		s.want(t, "select asset, line_no, line, reason from etl.reject",
			"production.purchases|11|id 11|purchased_at is 0000-00-00 00:00:00.000000, which does not exist",
			"production.purchases|12|id 12|purchased_at is NULL",
			"production.purchases|13|id 13|purchased_at is 2026-02-30 12:00:00.000000, which does not exist",
			"production.purchases|14|id 14|purchased_at is 1970-01-01 00:00:00.000000, before 1970-01-02",
			"production.purchases|16|id 16|purchased_at is 1970-01-02 00:00:00.000000, before 1970-01-02")
		s.want(t, "select lines, loaded, rejected, filtered, first_error_line from etl.file", "7|2|5|0|11")
	}
	s.exec(t, "delete from purchases where id not in (10, 15)")
	s.options.Accept = []string{"production.purchases"}
	s.load(t, s.source(purchases(t)))
	s.want(t, "select * from etl.reject")
}

func TestB16_UnsignedNumberTooGreatIsNamed(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, "create table users (id bigint unsigned primary key, name varchar(20))", "insert into users values (7, 'Ann'), (9223372036854775808, 'Bob'), (18446744073709551615, 'Cid')")
	_, err := s.fail(t, users(t))
	dataError(t, err, "users.id, id 9223372036854775808: 9223372036854775808 is more than a bigint holds: take the column as decimal(20,0)", "id 18446744073709551615")
	if _, err := s.warehouse.ExecContext(t.Context(), "drop table production.users"); err != nil {
		t.Fatal(err)
	}
	table := users(t)
	table.Columns[0].Type = warehouse.Type{Kind: warehouse.Decimal, Precision: 20}
	s.load(t, s.source(table))
	s.want(t, "select cast(id as varchar) from production.users", "18446744073709551615", "7", "9223372036854775808")
}

func TestB16_MoneyNeverBecomesAFloat(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, makePurchases)
	table := purchases(t)
	table.Columns[2].Type = warehouse.Type{Kind: warehouse.Double}
	_, err := s.fail(t, table)
	setupError(t, err, "purchases.amount is decimal(12,2), which does not fit double without loss: it would lose digits; take it as decimal(12,2)")
}

func TestB16_BytesOfAnotherCharacterSetAreNamed(t *testing.T) {
	s := newShop(t, "UTC")
	// The bytes come in as bytes; then the description of the table is another, as after a
	// move from an old server. Both take 120 bytes a value, and a MyISAM table is a file.
	s.exec(t, "create table raw (id int primary key, name varbinary(120)) engine=MyISAM",
		"insert into raw values (1, 'Ann'), (2, x'426AF8726E'), (3, x'4100'), (4, 'Bjørn')")
	for column, charset := range map[string]string{"varchar(30)": "utf8mb4", "varchar(40)": "utf8mb3"} {
		s.exec(t, "create or replace table users (id int primary key, name "+column+" character set "+charset+") engine=MyISAM", "flush tables")
		var folder string
		if err := s.db.QueryRow("select @@datadir").Scan(&folder); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{".MYD", ".MYI"} {
			file, err := os.ReadFile(filepath.Join(folder, s.name, "raw"+kind))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, s.name, "users"+kind), file, 0o660); err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.fail(t, users(t))
		dataError(t, err, `users.name, id 2: "Bj\xf8rn" is not UTF-8`, `users.name, id 3: "A\x00" has a NUL`)
	}
}

func TestB16_FaultsOfATableAreToldTogetherAndNothingOfItIsLoaded(t *testing.T) {
	s := newShop(t, "UTC")
	s.exec(t, "create table users (id int primary key, active tinyint)", "insert into users select seq, seq mod 2 from seq_1_to_30000")
	table := mysql.Table{Table: "users", Columns: columns(t, "id bigint, active boolean")}
	s.load(t, s.source(table))
	s.exec(t, "update users set active = 2 where id in (29000, 5)", "update users set active = 0 where id = 7")
	_, err := s.fail(t, table)
	dataError(t, err, "users.active, id 5: 2 is neither 0 nor 1: take the column as bigint\nusers.active, id 29000: 2 is")
	s.want(t, "select count(*) from users where active", "15000")
	s.exec(t, "update users set active = 3")
	_, err = s.fail(t, table)
	var data *mysql.DataError
	if errors.As(err, &data) && len(data.Faults) != 20 {
		t.Errorf("%d faults are told", len(data.Faults))
	}
}
