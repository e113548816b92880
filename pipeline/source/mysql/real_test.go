package mysql_test

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"tearsheet/internal/testenv"
	"tearsheet/pipeline/source/mysql"
)

// restore gives a dump to the server and points the shop at its database.
func (s *shop) restore(t *testing.T, dump, database string) {
	t.Helper()
	client := testenv.Tool(t, "mariadb")
	file, err := os.Open(filepath.Join(testenv.SharedData(t), "mysql", dump))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(client, append(s.server.Client(), "--default-character-set=utf8mb4")...)
	cmd.Stdin = unpacked
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s.dsn = s.server.DSN(database)
}

// What is wanted stands in ../shared/data/README.md.
func TestChinookComesWithItsRowsAndSums(t *testing.T) {
	s := newShop(t, "America/Toronto")
	s.restore(t, "chinook.sql.gz", "Chinook")
	report := s.load(t, s.source(
		mysql.Table{Table: "invoice", From: "Invoice", At: "InvoiceDate", Columns: columns(t, "InvoiceId bigint, CustomerId bigint, InvoiceDate timestamp, BillingCity text, Total decimal(10,2)")},
		mysql.Table{Table: "line", From: "InvoiceLine", Columns: columns(t, "InvoiceLineId bigint, InvoiceId bigint, UnitPrice decimal(10,2), Quantity bigint")},
		mysql.Table{Table: "customer", From: "Customer", Columns: columns(t, "CustomerId bigint, FirstName text, LastName text, SupportRepId bigint")},
	))
	s.want(t, "select count(*), cast(sum(total) as varchar), cast(min(invoicedate) as varchar), cast(max(invoicedate) as varchar) from invoice", "412|2328.60|2021-01-01 00:00:00|2025-12-22 00:00:00")
	s.want(t, "select count(*), cast(sum(unitprice * quantity) as varchar) from line", "2240|2328.60")
	s.want(t, "select count(*), count(*) filter (firstname = 'François' and lastname = 'Tremblay') from customer", "59|1")
	// Midnight in UTC is the evening before in Toronto.
	if first := report.Tables[0].From.String(); first != "2020-12-31" {
		t.Errorf("the first day is %s", first)
	}
}

func TestBeerComesAsItsExtracts(t *testing.T) {
	s := newShop(t, "UTC")
	s.restore(t, "beer.sql.gz", "beer")
	tables := []struct {
		name, at, columns string
		rows              int
	}{
		{"users", "CreationDate", "Id bigint, Reputation bigint, CreationDate timestamp", 3948},
		{"posts", "CreationDate", "Id bigint, PostTypeId bigint, CreationDate timestamp, Score bigint, OwnerUserId bigint", 2106},
		{"votes", "CreationDate", "Id bigint, VoteTypeId bigint, CreationDate timestamp", 10798},
		{"comments", "CreationDate", "Id bigint, Score bigint, CreationDate timestamp", 1860},
		{"badges", "Date", "Id bigint, UserId bigint, Date timestamp", 5571},
		{"posthistory", "CreationDate", "Id bigint, PostHistoryTypeId bigint, CreationDate timestamp", 5093},
		{"postlinks", "CreationDate", "Id bigint, CreationDate timestamp", 93},
	}
	source := s.source()
	for _, table := range tables {
		source.Tables = append(source.Tables, mysql.Table{Table: table.name, At: table.at, Columns: columns(t, table.columns)})
	}
	report := s.load(t, source)
	for i, table := range tables {
		if got := report.Tables[i].Loaded; got != int64(table.rows) {
			t.Errorf("%s: %d rows, not %d", table.name, got, table.rows)
		}
		var want []string
		for day, n := range extract(t, table.name, table.at) {
			want = append(want, fmt.Sprintf("%s|%d", day, n))
		}
		slices.Sort(want)
		if got := s.rows(t, "select cast(day as varchar), count(*) from "+table.name+" group by 1"); !slices.Equal(got, want) {
			t.Errorf("%s: the days are not those of the extract", table.name)
		}
	}
	s.want(t, "select count(*) from votes where votetypeid = 2", "9061")
	s.want(t, "select count(*) from posts where posttypeid = 1", "591")
}

// extract counts the rows of a CSV extract of the same data by day.
func extract(t *testing.T, name, at string) map[string]int {
	t.Helper()
	file, err := os.Open(filepath.Join(testenv.SharedData(t), "beer", name+".csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	reader := csv.NewReader(unpacked)
	head, err := reader.Read()
	if err != nil {
		t.Fatal(err)
	}
	column := slices.Index(head, at)
	days := map[string]int{}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return days
		}
		if err != nil {
			t.Fatal(err)
		}
		days[record[column][:10]]++
	}
}
