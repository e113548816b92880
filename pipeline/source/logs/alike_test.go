package logs

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/s3blob"
	"pgregory.net/rapid"

	"tearsheet/warehouse"
	"tearsheet/warehouse/pg"
	"tearsheet/warehouse/warehousetest"
)

func TestMain(m *testing.M) { os.Exit(warehousetest.Main(m)) }

// mixed delivers files with good, refused and left out lines, a broken one and an empty one.
func mixed(p *place) {
	p.fill(key("web-1", hour(7)), key("web-1", hour(8)), key("web-1", hour(9)), key("web-1", hour(10)))
	p.source.MaxRejected = 0.3
	p.put(key("web-1", hour(7)), zip(events(hour(7), 7, 5)+"2026-02-30 10:00:00 1 photo_like 1 192.0.2.1 /like\n"+
		"2026-11-11 07:30:00 1 healthcheck 1 192.0.2.1 /\n"))
	p.put(key("web-1", hour(8)), zip(events(hour(8), 8, 5))[:40])
	p.put(key("web-1", hour(9)), zip(""))
}

// TestAnyOrderOfRunsComesToTheSame delivers the same files in any order, with runs
// between them, runs that are cancelled, and files that were first delivered wrong. At
// the end the warehouse holds what one run over all of them gives.
func TestAnyOrderOfRunsComesToTheSame(t *testing.T) {
	whole := newPlace(t, "web-1")
	mixed(whole)
	var keys []string // a few hours will do
	for n := range 24 {
		switch k := key("web-1", hour(n)); {
		case n == 10:
		case n >= 4 && n <= 11:
			keys = append(keys, k)
		default:
			if err := os.Remove(filepath.Join(whole.dir, k)); err != nil {
				t.Fatal(err)
			}
		}
	}
	whole.load()
	want := whole.dump()
	if rows := whole.one("select count(*) from staging.events"); rows != 4*3+5 {
		t.Fatalf("%d rows", rows)
	}
	rapid.Check(t, func(r *rapid.T) {
		p := newPlace(t, "web-1")
		p.source.MaxRejected = whole.source.MaxRejected
		for i, k := range rapid.Permutation(keys).Draw(r, "order") {
			content, err := os.ReadFile(filepath.Join(whole.dir, k))
			if err != nil {
				t.Fatal(err)
			}
			switch rapid.IntRange(0, 9).Draw(r, "what") {
			case 0: // another content first
				p.put(k, zip(events(hour(3), 1000+i, 2)))
				p.load()
			case 1: // half of it first
				p.put(k, content[:len(content)/2])
				p.load()
			case 2:
				ctx, cancel := context.WithCancel(t.Context())
				p.progress = func(int, int, string) { cancel() }
				p.put(k, content)
				_, _ = p.try(ctx) // whatever it came to
				cancel()
				p.progress = nil
			case 3:
				p.put(k, content)
				p.load()
				p.load()
			}
			p.put(k, content)
		}
		p.load()
		if got := p.dump(); got != want {
			r.Fatalf("%s\nis not\n%s", got, want)
		}
	})
}

// TestDumpsThatDifferAreTold is the negative control of the comparison.
func TestDumpsThatDifferAreTold(t *testing.T) {
	p := newPlace(t, "web-1")
	mixed(p)
	p.load()
	before := p.dump()
	for _, change := range []string{
		"update staging.events set user_id = user_id + 1 where photo_id = 0",
		"delete from etl.reject",
		"update etl.file_day set rows_loaded = rows_loaded + 1",
	} {
		if _, err := p.w.ExecContext(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		after := p.dump()
		if after == before {
			t.Errorf("%s: is not seen", change)
		}
		before = after
	}
}

// TestPostgresHoldsTheSame loads the same files into both engines, twice.
func TestPostgresHoldsTheSame(t *testing.T) {
	p := newPlace(t, "web-1")
	mixed(p)
	p.load()
	duck := p.dump()
	w, err := pg.Open(t.Context(), warehousetest.Postgres(t), warehouse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	p.w = w
	report := p.load()
	if report.Loaded != 22 || report.Lines != report.Rows+report.Rejected+report.Filtered {
		t.Errorf("report: %+v", report)
	}
	if report = p.load(); report.Loaded != 0 || len(report.Changed) != 0 {
		t.Errorf("again: %+v", report)
	}
	if got := p.dump(); got != duck {
		t.Errorf("PostgreSQL has\n%s\nDuckDB has\n%s", got, duck)
	}
	p.put(key("web-1", hour(7)), zip(events(hour(7), 7, 2))) // shrinks
	p.load()
	p.wantRows(20*3 + 2)
}

// TestBucketIsReadAsAFolderIs loads the same files from a server that speaks S3.
func TestBucketIsReadAsAFolderIs(t *testing.T) {
	p := newPlace(t, "web-1")
	mixed(p)
	p.load()
	want := p.dump()
	store := s3mem.New(s3mem.WithTimeSource(gofakes3.FixedTimeSource(p.now.Add(-time.Hour))))
	fake := gofakes3.New(store, gofakes3.WithTimeSkewLimit(0)).Server()
	var mutex sync.Mutex
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		asked = append(asked, r.Method+" "+r.URL.Path)
		mutex.Unlock()
		fake.ServeHTTP(w, r)
	}))
	defer server.Close()
	if err := store.CreateBucket("nightly"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	query := url.Values{"endpoint": {server.URL}, "region": {"us-east-1"}, "use_path_style": {"true"}}
	bucket, err := blob.OpenBucket(t.Context(), "s3://nightly?"+query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer bucket.Close()
	for n := range 24 {
		content, err := os.ReadFile(filepath.Join(p.dir, key("web-1", hour(n))))
		if os.IsNotExist(err) {
			continue
		}
		if err == nil {
			err = bucket.WriteAll(t.Context(), key("web-1", hour(n)), content, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	p.source.Bucket, p.w = bucket, newWarehouse(t)
	report := p.load()
	if report.Found != 23 || report.Loaded != 22 || len(report.Broken) != 1 {
		t.Errorf("report: %+v", report)
	}
	if got := p.dump(); got != want {
		t.Errorf("from a bucket\n%s\nfrom a folder\n%s", got, want)
	}
	asked = nil // a night in which nothing changed costs a list, however many files there are
	if report = p.load(); report.Unchanged != 23 || report.Loaded != 0 {
		t.Errorf("again: %+v", report)
	}
	if want := []string{"GET /nightly"}; !slices.Equal(asked, want) {
		t.Errorf("the store was asked %q, not %q", asked, want)
	}
	server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := p.try(ctx); err == nil || !strings.Contains(fmt.Sprint(err), "logs") {
		t.Errorf("the server is down: %v", err)
	}
	p.wantRows(20*3 + 5)
}
