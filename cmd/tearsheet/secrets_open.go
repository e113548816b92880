package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tearsheet/metrics"
	"tearsheet/workbook/google"
)

// openToOthers reports whether others than its owner may read a file, and by which rights.
func openToOthers(path string) (fs.FileMode, bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return 0, false
	}
	return info.Mode().Perm(), info.Mode().Perm()&0o077 != 0
}

// literalPassword is a password in a URL, without its scheme, or in a DSN of MySQL.
var literalPassword = regexp.MustCompile(`^[^:@/]*:[^@]+@|[?&](?:ssl)?password=[^&]`)

// warnOfPasswords warns of each password that stands in tearsheet.yaml itself, if others
// may read the file.
func (r *configReader) warnOfPasswords(file configFile) {
	mode, open := openToOthers(filepath.Join(r.dir, configName))
	if !open {
		return
	}
	warn := func(text string, path ...string) {
		rest := environment.ReplaceAllString(text, "") // of a password from the environment nothing is left
		if _, after, ok := strings.Cut(rest, "://"); ok {
			rest = after
		}
		if literalPassword.MatchString(rest) {
			r.warnings = append(r.warnings, metrics.Fault{Place: placeIn(configName, r.tree.Value(path...)), Text: fmt.Sprintf(
				"%s: a password stands here, and others on this machine may read the file (%v): write ${NAME} for it, or chmod 600 %s", path[len(path)-1], mode, configName)})
		}
	}
	for _, place := range []struct{ text, key, below string }{{file.Warehouse.URL, "warehouse", "url"}, {file.Store, "store", ""}, {file.Runs, "runs", ""}} {
		if isURL(place.text) { // else it is a file, whatever its name
			warn(place.text, strings.Fields(place.key+" "+place.below)...)
		}
	}
	if file.StatusMail != nil {
		warn(file.StatusMail.SMTP, "status_mail", "smtp")
	}
	if file.Mail != nil {
		warn(file.Mail.SMTP, "mail", "smtp")
	}
	if file.Sources == nil {
		return
	}
	for i, source := range file.Sources.MySQL {
		warn(source.DSN, "sources", "mysql", strconv.Itoa(i), "dsn")
	}
}

// openKeys warns of the key file of a service account that others may read. That of DKIM
// is warned of where it is read.
func (c *config) openKeys() metrics.Faults {
	if mode, open := openToOthers(c.google.Credentials); open {
		return metrics.Faults{{Place: configName, Text: fmt.Sprintf("google: credentials: others on this machine may read the key %s (%v): chmod 600 it", c.google.Credentials, mode)}}
	}
	return nil
}

// keyFaults are what can be seen to be wrong with the key file of a service account while
// nobody is asked. A plan in Google Sheets is read anyway, which tells the same.
func (c *config) keyFaults(ctx context.Context, now time.Time) metrics.Faults {
	if c.sheets == nil || c.google.Credentials == "" {
		return nil
	}
	_, err := google.Open(ctx, google.Options{Credentials: c.google.Credentials, Endpoint: c.google.Endpoint, Clock: func() time.Time { return now }})
	if err == nil {
		return nil
	}
	return metrics.Faults{{Place: configName, Text: "google: credentials: " + err.Error()}}
}
