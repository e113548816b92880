package logs_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/metrics"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob"

	"tearsheet/calendar"
	"tearsheet/internal/testenv"
	"tearsheet/pipeline/logline"
	"tearsheet/pipeline/source/logs"
	"tearsheet/warehouse"
	"tearsheet/warehouse/duck"
)

// BenchmarkLogs loads a day of hourly files into DuckDB, every refused line kept, and
// unpacks the same files with gzip -dc in the same round: that is the limit of one core.
// The sizes are those of the text. Lines have 140 bytes, with the requests of an app; the
// short ones, of 94, have more rows to the same text.
func BenchmarkLogs(b *testing.B) {
	const app = "&session=%012x&app=4.17.2&lang=en-CA"
	for _, size := range []struct {
		name  string
		bytes int64
		more  string // of a request
	}{{"0.1G", 100 << 20, app}, {"1G", 1 << 30, app}, {"1G-short", 1 << 30, ""}, {"4G", 4 << 30, app}} {
		b.Run(size.name, func(b *testing.B) {
			gunzip := testenv.Tool(b, "gzip")
			night := benchNight(b, size.bytes, size.more)
			for _, workers := range []int{1, 2} {
				b.Run(strconv.Itoa(workers), func(b *testing.B) { benchLoad(b, gunzip, night, workers) })
			}
		})
	}
}

// nightOfFiles is a day of log files in a folder.
type nightOfFiles struct {
	dir      string
	files    []string
	text     int64 // bytes
	lines    int64
	rejected int64
}

var benchDay = calendar.DayOn(2015, time.February, 10)

// benchNight writes 96 files: a day of four hosts. One line in a hundred is refused.
func benchNight(b *testing.B, size int64, more string) nightOfFiles {
	b.Helper()
	const hosts, hours = 4, 24
	night := nightOfFiles{dir: b.TempDir()}
	var wait sync.WaitGroup
	var mutex sync.Mutex
	turns := make(chan struct{}, 2)
	for i := range hosts * hours {
		turns <- struct{}{}
		wait.Go(func() {
			defer func() { <-turns }()
			name := filepath.Join(night.dir, fmt.Sprintf("web-%d", i/hours+1), fmt.Sprintf("%s-%02d.log.gz", benchDay, i%hours))
			text, lines, rejected, err := writeHour(name, i, size/(hosts*hours), more)
			mutex.Lock()
			defer mutex.Unlock()
			if err != nil {
				b.Error(err)
			}
			night.files = append(night.files, name)
			night.text, night.lines, night.rejected = night.text+text, night.lines+lines, night.rejected+rejected
		})
	}
	wait.Wait()
	return night
}

// writeHour writes lines of an hour, in the order of time, until there are enough bytes.
func writeHour(name string, number int, size int64, more string) (text, lines, rejected int64, err error) {
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, 6) // what gzip does by itself
	if err != nil {
		return 0, 0, 0, err
	}
	random := rand.New(rand.NewPCG(uint64(number), 7))
	actions := []string{"photo_view", "photo_view", "photo_view", "photo_like", "photo_upload", "comment_add", "search", "login"}
	clients := []string{"web", "web", "iphone", "android"}
	sources := []string{"search", "home", "mail", "profile"}
	const line = 94 // bytes, about, without more
	gap := time.Hour / time.Duration(size/int64(line+len(more))+1)
	at := benchDay.Time().Add(time.Duration(number%24) * time.Hour)
	out := make([]byte, 0, 1<<16)
	flush := func() {
		text += int64(len(out))
		_, err = zip.Write(out)
		out = out[:0]
	}
	for text+int64(len(out)) < size && err == nil {
		begin := len(out)
		action := actions[random.IntN(len(actions))]
		out = at.AppendFormat(out, "2006-01-02 15:04:05.00000")
		out = fmt.Appendf(out, " %d %s %d %d.%d.%d.%d /%s?client=%s&source=%s", random.IntN(30_000_000), action, random.IntN(3_000_000),
			1+random.IntN(223), random.IntN(256), random.IntN(256), random.IntN(256), action[:4], clients[random.IntN(len(clients))], sources[random.IntN(len(sources))])
		if more != "" {
			out = fmt.Appendf(out, more, random.Uint64N(1<<48))
		}
		out = append(out, '\n')
		if lines%100 == 99 {
			out = append(out[:begin+30], '\n')
			rejected++
		}
		lines++
		at = at.Add(gap)
		if len(out) > 1<<16-512 {
			flush()
		}
	}
	flush()
	if err == nil {
		err = zip.Close()
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(name), 0o755)
	}
	if err == nil {
		err = os.WriteFile(name, packed.Bytes(), 0o644)
	}
	if err == nil {
		err = os.Chtimes(name, at, at)
	}
	return text, lines, rejected, err
}

func benchSource(b *testing.B, night nightOfFiles) (logs.Source, calendar.Calendar) {
	b.Helper()
	bucket, err := blob.OpenBucket(b.Context(), (&url.URL{Scheme: "file", Path: night.dir, RawQuery: "metadata=skip"}).String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { bucket.Close() })
	form, err := logline.Compile("{date} {time} {photo_id} {action} {user_id} {address} {request}")
	if err != nil {
		b.Fatal(err)
	}
	c, err := calendar.New("America/Toronto", time.Monday)
	if err != nil {
		b.Fatal(err)
	}
	number, text := warehouse.Type{Kind: warehouse.Bigint}, warehouse.Type{Kind: warehouse.Text}
	return logs.Source{Table: "staging.events", Bucket: bucket, Place: "logs", Path: "{host}/{day}-{hour}.log.gz",
		Hosts: []string{"web-1", "web-2", "web-3", "web-4"}, Since: benchDay - 1, Form: form, MaxRejected: 0.02,
		Columns: []logs.Column{
			{Name: "photo_id", Type: number, Field: "photo_id"},
			{Name: "action", Type: text, Field: "action"},
			{Name: "user_id", Type: number, Field: "user_id"},
			{Name: "address", Type: number, Field: "address", Address: true},
			{Name: "client", Type: text, Field: "request", Key: "client"},
		}}, c
}

// benchLoad loads the files and unpacks them, in turn.
func benchLoad(b *testing.B, gunzip string, night nightOfFiles, workers int) {
	source, c := benchSource(b, night)
	var load, limit, loadCPU, limitCPU time.Duration
	var peak uint64
	for b.Loop() {
		begin := time.Now()
		unpack := exec.Command(gunzip, append([]string{"-dc"}, night.files...)...) // into nothing
		if err := unpack.Run(); err != nil {
			b.Fatal(err)
		}
		limit += time.Since(begin)
		limitCPU += unpack.ProcessState.UserTime() + unpack.ProcessState.SystemTime()
		path := filepath.Join(b.TempDir(), "warehouse.duckdb")
		db, err := duck.Open(b.Context(), path, warehouse.Limits{Memory: 1 << 30})
		if err != nil {
			b.Fatal(err)
		}
		stop := watchHeap(&peak)
		used := cpu()
		begin = time.Now()
		report, err := logs.Load(b.Context(), db, c, source, logs.Options{RunID: "bench", Now: benchDay.Add(2).Time(), Workers: workers})
		if closed := db.Close(); err == nil {
			err = closed
		}
		load, loadCPU = load+time.Since(begin), loadCPU+cpu()-used
		stop()
		if err != nil {
			b.Fatal(err)
		}
		if report.Lines != night.lines || report.Rejected != night.rejected || report.Rows != night.lines-night.rejected {
			b.Fatalf("%d lines, %d rows, %d refused; the files have %d, and %d to refuse: %v", report.Lines, report.Rows, report.Rejected, night.lines, night.rejected, report.Broken)
		}
		os.RemoveAll(filepath.Dir(path))
	}
	b.ReportMetric(limit.Seconds()/load.Seconds(), "load/gunzip")
	b.ReportMetric(limitCPU.Seconds()/loadCPU.Seconds(), "cpu/gunzip")
	b.ReportMetric(float64(night.text)*float64(b.N)/load.Seconds()/1e6, "MB-text/s")
	b.ReportMetric(float64(night.lines)*float64(b.N)/load.Seconds()/1e3, "klines/s")
	b.ReportMetric(float64(peak)/1e6, "MB-heap")
}

// cpu returns what this process has used of the processors.
func cpu() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// watchHeap notes the most that lives on the heap of Go until it is stopped.
func watchHeap(peak *uint64) (stop func()) {
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			metrics.Read(sample)
			*peak = max(*peak, sample[0].Value.Uint64())
			select {
			case <-done:
				tick.Stop()
				return
			case <-tick.C:
			}
		}
	})
	return func() { close(done); wait.Wait() }
}
