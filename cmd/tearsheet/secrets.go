package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tearsheet/pipeline"
)

// Whoever has a secret of the configuration, such as a library, a server or a driver, can
// repeat it in an error. Rooms that have one keep it out of their own errors; here it is
// taken out of what is printed, kept or sent, whatever they missed.

const hiddenText = "***"

// leastSecret is how long a password is that is taken out wherever it stands. A shorter one
// would take words apart; it is taken out of logins only.
const leastSecret = 4

// hide takes out of a text the passwords and keys of the configuration, in the ways in
// which they are written in URLs, JSON, HTML and base64, and those of any login. The
// configuration may be nil.
func (c *config) hide(text string) string {
	for _, secret := range c.secrets() {
		text = strings.ReplaceAll(text, secret, hiddenText)
	}
	return withoutLogins(text)
}

// hide takes secrets out of a text that is said of the project of this run.
func (a *app) hide(text string) string {
	info, err := os.Stat(filepath.Join(a.dir, configName))
	if err != nil || !info.Mode().IsRegular() {
		return withoutLogins(text)
	}
	c, _ := readConfig(a.dir) // its faults are said elsewhere
	return c.hide(text)
}

// discreet is an error that tells no secret. Its cause is there to be looked for.
type discreet struct {
	text  string
	cause error
}

func (e *discreet) Error() string { return e.text }
func (e *discreet) Unwrap() error { return e.cause }

// discreet returns an error whose text holds no secret; one that held none is as it was.
func (c *config) discreet(err error) error {
	if err == nil {
		return nil
	}
	if text := c.hide(err.Error()); text != err.Error() {
		return &discreet{text, err}
	}
	return err
}

type nodeStep = func(context.Context) (pipeline.NodeReport, error)

// discreetly does a step of a run so that its report and its error, which are kept in the
// history, hold no secret.
func (c *config) discreetly(do nodeStep) nodeStep {
	return func(ctx context.Context) (pipeline.NodeReport, error) {
		report, err := do(ctx)
		for i := range report.Failures {
			report.Failures[i].Error = c.hide(report.Failures[i].Error)
		}
		for i := range report.Problems {
			report.Problems[i].Text = c.hide(report.Problems[i].Text)
		}
		return report, c.discreet(err)
	}
}

// secretVariables are environment variables that libraries read by themselves.
func secretVariables() []string {
	return []string{"PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
}

// secrets returns all that is to be taken out, the longest first, so that no part of one
// stays.
func (c *config) secrets() []string {
	var found []string
	for _, name := range secretVariables() {
		found = append(found, os.Getenv(name))
	}
	if c != nil {
		for _, login := range c.logins() {
			found = append(found, passwordsIn(login)...)
		}
		found = append(found, keysOf(c.heartbeat.url)...)
	}
	var list []string
	for _, secret := range found {
		if len(secret) >= leastSecret {
			list = append(list, writings(secret)...)
		}
	}
	list = once(list)
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return list
}

// logins are the texts of the configuration that may hold a password, expanded.
func (c *config) logins() []string {
	list := []string{c.warehouse, c.store, c.runs, c.google.Endpoint}
	if c.statusMail != nil {
		text, _ := expand(c.statusMail.SMTP)
		list = append(list, text)
	}
	if c.letter != nil {
		text, _ := expand(c.letter.SMTP)
		list = append(list, text)
	}
	for _, source := range c.sources.mysql {
		list = append(list, source.DSN)
	}
	for _, source := range c.sources.logs {
		list = append(list, source.url)
	}
	return list
}

var (
	secretName = regexp.MustCompile(`(?i)passw|secret|token|key|credential|signature`)
	network    = regexp.MustCompile(`@(tcp|unix)?\(`)
)

// passwordsIn returns what may be a password in a URL or in a DSN of MySQL, as it stands
// there and as it is meant. Of a text that cannot be read, it is what looks like one.
func passwordsIn(text string) []string {
	var found []string
	add := func(password string) {
		decoded, err := url.PathUnescape(password)
		if err != nil {
			decoded = password
		}
		spaced, err := url.QueryUnescape(password)
		if err != nil {
			spaced = password
		}
		found = append(found, password, decoded, spaced)
	}
	if u, err := url.Parse(text); err == nil {
		password, _ := u.User.Password()
		found = append(found, password)
	}
	if _, query, ok := strings.Cut(text, "?"); ok {
		for part := range strings.SplitSeq(query, "&") {
			if name, value, _ := strings.Cut(part, "="); secretName.MatchString(name) {
				add(value)
			}
		}
	}
	login := text
	if _, after, ok := strings.Cut(text, "://"); ok {
		login = after
	}
	ends := []int{strings.Index(login, "@"), strings.LastIndex(login, "@")} // one in a password is written %40, or should be
	if at := network.FindStringIndex(login); at != nil {
		ends = append(ends, at[0])
	}
	for _, end := range ends {
		if end >= 0 {
			_, password, _ := strings.Cut(login[:end], ":")
			add(password)
		}
	}
	return found
}

// keysOf returns what may be a key in an address that is asked: what stands behind its
// host, and the parts of it.
func keysOf(address string) []string {
	if address == "" {
		return nil
	}
	found := append(passwordsIn(address), address)
	u, err := url.Parse(address)
	if err != nil {
		return found
	}
	const least = 8 // a shorter part is a word such as ping
	for _, path := range []string{u.Path, u.EscapedPath()} {
		if path = strings.Trim(path, "/"); len(path) >= least {
			found = append(found, path)
		}
		for part := range strings.SplitSeq(path, "/") {
			if len(part) >= least {
				found = append(found, part)
			}
		}
	}
	for _, values := range u.Query() {
		found = append(found, values...)
	}
	return append(found, u.RawQuery)
}

var percent = regexp.MustCompile(`%[0-9A-F]{2}`)

// writings returns the ways in which a secret can be written.
func writings(secret string) []string {
	list := []string{secret, html.EscapeString(secret)}
	for _, escaped := range []string{url.QueryEscape(secret), url.PathEscape(secret), url.UserPassword("", secret).String()[1:]} {
		list = append(list, escaped, percent.ReplaceAllStringFunc(escaped, strings.ToLower))
	}
	if quoted, err := json.Marshal(secret); err == nil {
		list = append(list, string(quoted[1:len(quoted)-1]))
	}
	return append(list, inBase64(secret)...)
}

// inBase64 returns what there is of a secret in base64, wherever it stood in what was
// encoded. A short one would be letters that occur by chance.
func inBase64(secret string) []string {
	if len(secret) < 6 {
		return nil
	}
	var list []string
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			text := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + secret))
			list = append(list, text[(before*8+5)/6:(before+len(secret))*8/6])
		}
	}
	return list
}

var (
	urlLogin   = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://[^\s:/?#@"'<>]*:)([^\s"'<>/]+)@`)
	mysqlLogin = regexp.MustCompile(`([^\s:@"'<>(]+:)([^\s"'<>]+)(@(?:tcp|unix)?\()`)
	option     = regexp.MustCompile(`(?i)\b((?:ssl)?password|passwd)=([^\s&"'<>]+)`)
)

// withoutLogins takes the passwords out of all URLs and DSNs of a text, whosever they
// are. Those that only show how a login is written stay.
func withoutLogins(text string) string {
	for _, form := range []*regexp.Regexp{urlLogin, mysqlLogin, option} {
		text = form.ReplaceAllStringFunc(text, func(login string) string {
			at := form.FindStringSubmatchIndex(login)
			password := login[at[4]:at[5]]
			if password == "password" || strings.HasPrefix(password, "$") || password == hiddenText {
				return login
			}
			return login[:at[4]] + hiddenText + login[at[5]:]
		})
	}
	return text
}
