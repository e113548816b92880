package mail_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"tearsheet/mail"
)

// writeKey writes a private key as a file and returns its path.
func writeKey(t *testing.T, key any, mode os.FileMode) string {
	t.Helper()
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "dkim.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0") // to make one that is too short
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ed25519Key(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// record is what stands in the DNS for a key.
func record(t *testing.T, key crypto.Signer) string {
	t.Helper()
	if public, ok := key.Public().(ed25519.PublicKey); ok {
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public)
}

// verify lets another program's code verify the signatures of a mail.
func verify(t *testing.T, text, domain, dns string) error {
	t.Helper()
	found, err := dkim.VerifyWithOptions(strings.NewReader(text), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		if name != "tearsheet._domainkey."+domain {
			return nil, fmt.Errorf("asked for %s", name)
		}
		return []string{dns}, nil
	}})
	if err != nil || len(found) != 1 || found[0].Domain != domain {
		t.Fatalf("%v, %v", found, err)
	}
	return found[0].Err
}

func TestMailIsSignedSoThatOthersCanVerifyIt(t *testing.T) {
	long := strings.Repeat("a-long-name.", 5) + "example.co" // 70 characters
	for name, key := range map[string]crypto.Signer{"RSA": rsaKey(t, 2048), "Ed25519": ed25519Key(t)} {
		for _, domain := range []string{"example.com", long} {
			p := newPostman(t, startTLS, nil)
			s := p.sender(t, "")
			s.DKIM = mail.DKIM{Domain: domain, Selector: "tearsheet", Key: writeKey(t, key, 0o600)}
			if _, err := s.Send(t.Context(), sheet("a@x.org"), nil); err != nil {
				t.Fatal(err)
			}
			text := p.taken["a@x.org"][0]
			expectSheet(t, text, "a@x.org")
			if err := verify(t, text, domain, record(t, key)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			// Negative controls: another figure, another recipient, a second subject.
			for _, altered := range []string{
				strings.Replace(text, "off plan", "on plan!", 1), strings.Replace(text, "To: <a@x.org>", "To: <b@x.org>", 1), "Subject: Urgent\r\n" + text,
			} {
				if altered == text || verify(t, altered, domain, record(t, key)) == nil {
					t.Errorf("%s: an altered mail is valid", name)
				}
			}
		}
	}
}

func TestH05MistakesOfDKIM(t *testing.T) {
	good, dir := writeKey(t, ed25519Key(t), 0o600), t.TempDir()
	garbage := filepath.Join(dir, "canary.txt")
	if err := os.WriteFile(garbage, []byte("-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curve, tiny, short, open := writeKey(t, elliptical, 0o600), writeKey(t, rsaKey(t, 512), 0o600), writeKey(t, rsaKey(t, 1024), 0o600), writeKey(t, ed25519Key(t), 0o644)
	for _, c := range []struct {
		dkim     mail.DKIM
		warnings string
		fault    string
	}{
		{mail.DKIM{}, "", ""},
		{mail.DKIM{"example.com", "tearsheet", good}, "", ""},
		{mail.DKIM{"mail.example.com", "tearsheet", good}, "", ""},
		{mail.DKIM{"example.org", "tearsheet", good}, "domain example.org: mail comes from tearsheet@example.com, so the signature does not vouch for it (DMARC)", ""},
		{mail.DKIM{"example.com", "tearsheet", ""}, "", "key: names no file"},
		{mail.DKIM{"", "a;b", good}, "", "domain: \"\" is no name such as example.com\nselector: \"a;b\" is no name such as tearsheet"},
		{mail.DKIM{"example.com", strings.Repeat("s", 71), good}, "", "selector: \"" + strings.Repeat("s", 71) + "\" is longer than 70 characters"},
		{mail.DKIM{"example.com", "tearsheet", filepath.Join(dir, "none")}, "", "key: open " + dir + "/none: no such file or directory"},
		{mail.DKIM{"example.com", "tearsheet", garbage}, "", "key " + garbage + ": is no private key of RSA or Ed25519 in PEM; `openssl genrsa -out " + garbage + " 2048` makes one"},
		{mail.DKIM{"example.com", "tearsheet", curve}, "", "key " + curve + ": is no private key of RSA or Ed25519 in PEM; `openssl genrsa -out " + curve + " 2048` makes one"},
		{mail.DKIM{"example.com", "tearsheet", tiny}, "", "key " + tiny + ": RSA of 512 bits, and no reader takes less than 1024; `openssl genrsa -out " + tiny + " 2048` makes one"},
		{mail.DKIM{"example.com", "tearsheet", short}, "key " + short + ": RSA of 1024 bits; some readers trust none below 2048", ""},
		{mail.DKIM{"example.com", "tearsheet", open}, "key " + open + ": others on this machine may read it (-rw-r--r--): chmod 600 " + open, ""},
	} {
		warnings, err := c.dkim.Check("tearsheet@example.com")
		if got := strings.Join(warnings, "\n"); got != c.warnings {
			t.Errorf("%+v warns\n%s, want\n%s", c.dkim, got, c.warnings)
		}
		if got := fmt.Sprint(err); got != c.fault && (err != nil || c.fault != "") {
			t.Errorf("%+v:\n%s, want\n%s", c.dkim, got, c.fault)
		}
	}
}
