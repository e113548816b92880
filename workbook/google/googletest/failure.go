package googletest

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// failure is an answer that is an error, in the shape of Google's.
type failure struct {
	code    int
	status  string
	message string
	details []any
	header  http.Header
}

func (f *failure) Error() string { return f.message }

func invalid(format string, args ...any) *failure {
	return &failure{code: http.StatusBadRequest, status: "INVALID_ARGUMENT", message: fmt.Sprintf(format, args...)}
}

// violation is invalid with the place of the field, as Google tells faults of shape.
func violation(field, format string, args ...any) *failure {
	f := invalid(format, args...)
	f.details = []any{object{
		"@type":           "type.googleapis.com/google.rpc.BadRequest",
		"fieldViolations": []any{object{"field": field, "description": f.message}},
	}}
	return f
}

func denied() *failure {
	return &failure{code: http.StatusForbidden, status: "PERMISSION_DENIED", message: "The caller does not have permission"}
}

func notFound() *failure {
	return &failure{code: http.StatusNotFound, status: "NOT_FOUND", message: "Requested entity was not found."}
}

// unknownHere is said of what the API can do and the stand-in cannot, so that nothing
// is accepted and then not done.
func unknownHere(what string) *failure {
	return &failure{code: http.StatusNotImplemented, status: "UNIMPLEMENTED", message: "the stand-in does not know " + what}
}

func (f *failure) write(w http.ResponseWriter) {
	for name, values := range f.header {
		w.Header()[name] = values
	}
	inner := object{"code": f.code, "message": f.message, "status": f.status}
	if len(f.details) > 0 {
		inner["details"] = f.details
	}
	text, err := json.MarshalIndent(object{"error": inner}, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(f.code)
	_, _ = w.Write(append(text, '\n')) // a client that has gone away needs no answer
}
