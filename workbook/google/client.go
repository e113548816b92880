// Package google writes workbooks to spreadsheets at Google, and reads from them.
//
// A spreadsheet belongs to the people who work in it; of it we own rectangles, from A1 to
// the last cell of each tab that was asked for, and restore them whenever we write.
// Whatever else people do there survives: titles, order, links, comments, columns at the
// right and rows below, charts, filters, rules. Tabs are found by what we noted on them, in
// developer metadata, never by their titles.
//
// There are two kinds of calls. A spreadsheet is read by get, and written by one
// batchUpdate, which Google applies as a whole or not at all: a reader sees the old tabs or
// the new ones. Where nothing would change, nothing is written. A write whose outcome is not
// known is looked at before it is done again; and each names the one that it follows, so
// that Google refuses it the second time.
//
// Charts of the book are not written: they are for files.
package google

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"google.golang.org/api/option"
	"google.golang.org/api/option/internaloption"
	"google.golang.org/api/sheets/v4"
	"google.golang.org/api/transport"
	htransport "google.golang.org/api/transport/http"
)

// The leaves that we ask for: one to write, a narrower one to read.
const (
	scopeWrite = sheets.SpreadsheetsScope
	scopeRead  = sheets.SpreadsheetsReadonlyScope
)

// googleAt is where Google Sheets answers.
const googleAt = "https://sheets.googleapis.com/"

// Options says as whom, and where, spreadsheets are read and written.
type Options struct {
	// Credentials is the path of the key file of a service account. "" is application
	// default credentials: GOOGLE_APPLICATION_CREDENTIALS, gcloud's, or those of a machine
	// at Google.
	Credentials string
	// Endpoint is the address of the API. "" is Google's. Plain http is for loopback.
	Endpoint string
	// Clock is the time of now; it must be given.
	Clock func() time.Time
	// Sleep waits, or returns the error of a context that ended before. Nil waits by a timer.
	Sleep func(context.Context, time.Duration) error
	// Rand returns numbers of [0, 1), by which waits are spread. Nil is always 1.
	Rand func() float64
	// Say is told of waits and warnings, in a sentence without a full stop. Nil is nobody.
	// It may be told by several goroutines at once.
	Say func(text string)
	// Version is told to Google as that of our program.
	Version string
	// Timeout bounds one call. 0 is 90 s.
	Timeout time.Duration
}

// Client reads and writes spreadsheets. It may be used from many goroutines. It keeps to the
// number of calls that Google allows to a user within a minute: a program has one Client.
type Client struct {
	account string
	host    string // of the API, as errors name it
	clock   func() time.Time
	sleep   func(context.Context, time.Duration) error
	rand    func() float64
	say     func(string)
	limit   time.Duration

	writer, reader *sheets.Service
	reads, writes  *gate

	vault *vault
}

// vault holds what must never be told. It lies behind a pointer, so that whoever prints a
// Client prints none of it.
type vault struct {
	mu   sync.Mutex
	key  []string // of the key file
	last string   // the token that was last used
}

// Open reads the credentials and checks them for what can be seen in them. It calls nobody,
// but that default credentials may ask the machine that they are of. Errors are of type
// *Error.
func Open(ctx context.Context, o Options) (*Client, error) {
	c := &Client{clock: o.Clock, sleep: o.Sleep, rand: o.Rand, say: o.Say, limit: o.Timeout,
		reads: &gate{what: "reads"}, writes: &gate{what: "writes"}, vault: &vault{}}
	if c.clock == nil {
		return nil, &Error{Kind: Settings, Says: "google sheets: there is no clock"}
	}
	if c.sleep == nil {
		c.sleep = slept
	}
	if c.rand == nil {
		c.rand = func() float64 { return 1 }
	}
	if c.say == nil {
		c.say = func(string) {}
	}
	if c.limit <= 0 {
		c.limit = 90 * time.Second
	}
	if o.Endpoint == "" {
		o.Endpoint = googleAt
	}
	at, fault := safeAddress(o.Endpoint)
	if fault != "" {
		return nil, &Error{Kind: Settings, Says: "the endpoint of Google Sheets " + fault}
	}
	c.host = at.Host
	who, err := c.credentials(ctx, o.Credentials)
	if err != nil {
		return nil, err
	}
	for scope, service := range map[string]**sheets.Service{scopeWrite: &c.writer, scopeRead: &c.reader} {
		if *service, err = c.service(ctx, o, who, scope); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Account is the address with which a spreadsheet must be shared; "" if it is not known.
func (c *Client) Account() string { return c.account }

func (c *Client) service(ctx context.Context, o Options, who option.ClientOption, scope string) (*sheets.Service, error) {
	options := []option.ClientOption{internaloption.EnableNewAuthLibrary(), option.WithScopes(scope), option.WithTelemetryDisabled()}
	if who != nil {
		options = append(options, who)
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	auth, err := htransport.NewTransport(ctx, road{base, c}, options...)
	if err != nil {
		return nil, c.signIn(err)
	}
	client := &http.Client{Transport: auth, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	service, err := sheets.NewService(ctx, option.WithHTTPClient(client), option.WithEndpoint(strings.TrimSuffix(o.Endpoint, "/")+"/"))
	if err != nil {
		return nil, &Error{Kind: Settings, Says: "google sheets: the client cannot be set up"}
	}
	service.UserAgent = strings.TrimSpace("tearsheet " + o.Version)
	return service, nil
}

// keyFile is what we look at in the key file of a service account.
type keyFile struct {
	Type     string `json:"type"`
	Email    string `json:"client_email"`
	Key      string `json:"private_key"`
	KeyID    string `json:"private_key_id"`
	TokenURI string `json:"token_uri"`
}

// credentials returns the option that signs in; nil is default credentials.
func (c *Client) credentials(ctx context.Context, path string) (option.ClientOption, error) {
	if path == "" {
		return nil, c.defaults(ctx)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		c.say("warning: other users of this machine can read the key file " + path + ": chmod 600 it")
	}
	var key keyFile
	if fault := key.fault(text); fault != "" {
		return nil, &Error{Kind: Settings, Doing: "key file " + path, Says: fault,
			Do: "make one in the Google Cloud console: IAM & Admin, Service accounts, Keys, Add key, JSON"}
	}
	c.account = key.Email
	c.vault.key = append([]string{key.Key, key.KeyID}, strings.Fields(key.Key)...)
	return option.WithAuthCredentialsJSON(option.ServiceAccount, text), nil
}

func unreadable(path string, err error) error {
	says := "it cannot be read"
	var at *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		says = "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		says = "this user may not read it"
	case errors.As(err, &at):
		says += ": " + at.Err.Error()
	}
	return &Error{Kind: Settings, Doing: "key file " + path, Says: says, Do: "name the key file of a service account under google: in tearsheet.yaml"}
}

// fault reads a key file and says what is wrong with it, without a word of what it holds.
func (k *keyFile) fault(text []byte) string {
	if len(strings.TrimSpace(string(text))) == 0 {
		return "it is empty"
	}
	if json.Unmarshal(text, k) != nil {
		return "it is not JSON: it is no key file, or not a whole one"
	}
	if k.Type != "service_account" {
		return "it is not the key of a service account"
	}
	if k.Email == "" || k.Key == "" || k.TokenURI == "" {
		return "client_email, private_key or token_uri is missing in it: it is not a whole key file"
	}
	block, _ := pem.Decode([]byte(k.Key))
	if block == nil {
		return "its private_key is not a whole one"
	}
	_, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if _, older := x509.ParsePKCS1PrivateKey(block.Bytes); err != nil && older != nil {
		return "its private_key is not a whole one"
	}
	if _, fault := safeAddress(k.TokenURI); fault != "" {
		return "its token_uri " + fault
	}
	return ""
}

// defaults looks for default credentials, and whose they are.
func (c *Client) defaults(ctx context.Context) error {
	found, err := transport.Creds(ctx, internaloption.EnableNewAuthLibrary(), option.WithScopes(scopeWrite))
	if err != nil {
		return c.noDefault()
	}
	var key keyFile
	if json.Unmarshal(found.JSON, &key) == nil {
		c.account = key.Email
		if key.Key != "" {
			c.vault.key = append([]string{key.Key, key.KeyID}, strings.Fields(key.Key)...)
		}
	}
	return nil
}

// CheckEndpoint says what is wrong with an address as Options.Endpoint, or nothing.
func CheckEndpoint(text string) error {
	if _, fault := safeAddress(text); fault != "" {
		return errors.New(fault)
	}
	return nil
}

// safeAddress parses an address to which a token may be sent, or says what is wrong with it.
func safeAddress(text string) (*url.URL, string) {
	at, err := url.Parse(text)
	if err != nil || at.Host == "" || at.User != nil || at.RawQuery != "" {
		return nil, "is not an address such as https://sheets.googleapis.com/"
	}
	if at.Scheme == "https" {
		return at, ""
	}
	ip := net.ParseIP(at.Hostname())
	if at.Scheme == "http" && (at.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return at, ""
	}
	return nil, "must be https: plain http is for this machine alone"
}

// heard keeps the token of a call, so that no error tells it.
func (c *Client) heard(header string) {
	c.vault.mu.Lock()
	defer c.vault.mu.Unlock()
	c.vault.last = strings.TrimPrefix(header, "Bearer ")
}

// secrets are the texts that must never be told.
func (c *Client) secrets() []string {
	c.vault.mu.Lock()
	defer c.vault.mu.Unlock()
	var all []string
	for _, secret := range append([]string{c.vault.last}, c.vault.key...) {
		if len(secret) >= 8 && !strings.HasPrefix(secret, "-----") {
			all = append(all, secret)
		}
	}
	return all
}
