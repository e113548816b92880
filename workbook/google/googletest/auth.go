package googletest

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Account is the address of the service account whose key KeyFile writes.
const Account = "tearsheet@stand-in.iam.gserviceaccount.com"

// The scopes of the API that the stand-in knows how to tell apart.
const (
	ScopeWrite = "https://www.googleapis.com/auth/spreadsheets"
	ScopeRead  = "https://www.googleapis.com/auth/spreadsheets.readonly"
)

const (
	project     = "stand-in"
	projectID   = "100000000001"
	keyID       = "0000000000000000000000000000000000000001"
	tokenLife   = time.Hour
	clockSkew   = time.Minute
	grantByKey  = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	tokenPrefix = "ya29.stand-in."
)

type token struct {
	user   string
	scopes []string
	until  time.Time
}

// newKey makes a short key, which is made fast: it keeps nothing secret.
func newKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 1024) }

// KeyFile writes the key of the service account Account into the folder, as Google
// gives them out, but with the address of the stand-in for tokens. It returns the name
// of the file, which only its owner can read.
func (s *Server) KeyFile(dir string) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		return "", fmt.Errorf("key of the service account: %w", err)
	}
	text, err := json.MarshalIndent(map[string]string{
		"type": "service_account", "project_id": project, "private_key_id": keyID,
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email": Account, "client_id": projectID,
		"auth_uri": s.URL + "/auth", "token_uri": s.URL + "/token",
		"universe_domain": "googleapis.com",
	}, "", "  ")
	if err != nil {
		return "", fmt.Errorf("key of the service account: %w", err)
	}
	name := filepath.Join(dir, "key.json")
	if err := os.WriteFile(name, append(text, '\n'), 0o600); err != nil {
		return "", fmt.Errorf("key of the service account: %w", err)
	}
	return name, nil
}

// Token returns a bearer token of a user that lives for an hour.
func (s *Server) Token(user string, scopes ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newToken(user, scopes)
}

// HTTPClient returns a client whose calls carry a token of the service account.
func (s *Server) HTTPClient(scopes ...string) *http.Client {
	return &http.Client{Transport: bearer{s.Token(Account, scopes...), http.DefaultTransport}}
}

type bearer struct {
	token string
	next  http.RoundTripper
}

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.next.RoundTrip(r)
}

// Revoke ends all tokens, as if their hour were over.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// RefuseTokens lets the token endpoint refuse all keys with invalid_grant and what is
// said, or, with "", give tokens again.
func (s *Server) RefuseTokens(description string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = description
}

// newToken is called with the lock held.
func (s *Server) newToken(user string, scopes []string) string {
	s.given++
	name := fmt.Sprintf("%s%d", tokenPrefix, s.given)
	s.tokens[name] = token{user, scopes, s.now().Add(tokenLife)}
	return name
}

// grant answers POST /token.
func (s *Server) grant(a *answer, r *http.Request, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Body = http.NoBody
	form, err := formOf(body)
	switch {
	case r.Method != http.MethodPost || err != nil:
		a.oauthError("invalid_request", "a form sent by POST is wanted")
		return
	case form.Get("grant_type") != grantByKey:
		a.oauthError("unsupported_grant_type", "Invalid grant_type: "+form.Get("grant_type"))
		return
	case s.refusal != "":
		a.oauthError("invalid_grant", s.refusal)
		return
	}
	claims, wrong := s.verify(form.Get("assertion"))
	if wrong != "" {
		a.oauthError("invalid_grant", wrong)
		return
	}
	if claims.Scope == "" {
		a.oauthError("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
		return
	}
	name := s.newToken(claims.Iss, strings.Fields(claims.Scope))
	a.json(http.StatusOK, object{"access_token": name, "expires_in": int(tokenLife.Seconds()) - 1, "token_type": "Bearer"})
}

func (a *answer) oauthError(kind, description string) {
	a.json(http.StatusBadRequest, object{"error": kind, "error_description": description})
}

type claims struct {
	Iss, Scope, Aud string
	Iat, Exp        int64
}

// verify checks a signed assertion and says what is wrong with it.
func (s *Server) verify(assertion string) (claims, string) {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return claims{}, "Invalid JWT: it has not three parts."
	}
	var head struct{ Alg, Kid string }
	var c claims
	if !decoded(parts[0], &head) || !decoded(parts[1], &c) {
		return claims{}, "Invalid JWT: it is no JSON."
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || head.Alg != "RS256" || rsa.VerifyPKCS1v15(&s.key.PublicKey, crypto.SHA256, sum[:], signature) != nil {
		return claims{}, "Invalid JWT Signature."
	}
	now := s.now()
	from, until := time.Unix(c.Iat, 0), time.Unix(c.Exp, 0)
	switch {
	case c.Iss != Account:
		return claims{}, "Invalid grant: account not found"
	case c.Aud != s.URL+"/token":
		return claims{}, "Invalid JWT: the audience is " + c.Aud
	case until.Sub(from) > time.Hour+clockSkew || from.After(now.Add(clockSkew)) || until.Before(now.Add(-clockSkew)):
		return claims{}, "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim."
	}
	return c, ""
}

func decoded(part string, to any) bool {
	text, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.NewDecoder(bytes.NewReader(text)).Decode(to) == nil
}

// user returns who calls, or says that no live token came along.
func (s *Server) user(r *http.Request) (token, *failure) {
	name, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	t, known := s.tokens[name]
	if !ok || !known || s.now().After(t.until) {
		return token{}, &failure{code: http.StatusUnauthorized, status: "UNAUTHENTICATED",
			message: "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
			details: []any{errorInfo("ACCESS_TOKEN_EXPIRED", "googleapis.com", object{"service": service})},
			header:  http.Header{"Www-Authenticate": {`Bearer realm="https://accounts.google.com/", error="invalid_token"`}}}
	}
	return t, nil
}

// covers refuses a token none of whose scopes the method takes.
func (t token) covers(m method) *failure {
	for _, scope := range t.scopes {
		if slices.Contains(m.Scopes, scope) {
			return nil
		}
	}
	return &failure{code: http.StatusForbidden, status: "PERMISSION_DENIED",
		message: "Request had insufficient authentication scopes.",
		details: []any{errorInfo("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "googleapis.com",
			object{"method": "google.apps.sheets.v4.SpreadsheetsService." + m.ID, "service": service})},
		header: http.Header{"Www-Authenticate": {`Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="` + strings.Join(m.Scopes, " ") + `"`}}}
}

func errorInfo(reason, domain string, metadata object) object {
	return object{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": domain, "metadata": metadata}
}
