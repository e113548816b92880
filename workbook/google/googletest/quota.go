package googletest

import (
	"net/http"
	"strconv"
	"time"
)

// The quotas of the API: calls a minute. Reads and writes are counted apart.
const (
	PerUser    = 60
	PerProject = 300
)

// usage are the times of the calls that were let through.
type usage struct {
	at   time.Time
	user string
	kind string // Read, Write
}

// spend counts a call, or refuses it where the last minute holds as many as are
// allowed. Refused calls do not count.
func (s *Server) spend(user, kind string) *failure {
	now := s.now()
	kept := s.used[:0]
	ofUser, all := 0, 0
	for _, u := range s.used {
		if now.Sub(u.at) >= time.Minute {
			continue
		}
		kept = append(kept, u)
		if u.kind == kind {
			all++
			if u.user == user {
				ofUser++
			}
		}
	}
	s.used = kept
	switch {
	case s.free:
	case ofUser >= PerUser:
		return exhausted(kind, "PerMinutePerUser", " per user", PerUser)
	case all >= PerProject:
		return exhausted(kind, "PerMinutePerProject", "", PerProject)
	}
	s.used = append(s.used, usage{now, user, kind})
	return nil
}

func exhausted(kind, limit, words string, value int) *failure {
	metric := map[string]string{"Read": "read_requests", "Write": "write_requests"}[kind]
	return &failure{code: http.StatusTooManyRequests, status: "RESOURCE_EXHAUSTED",
		message: "Quota exceeded for quota metric '" + kind + " requests' and limit '" + kind + " requests per minute" + words +
			"' of service '" + service + "' for consumer 'project_number:" + projectID + "'.",
		details: []any{
			errorInfo("RATE_LIMIT_EXCEEDED", "googleapis.com", object{
				"consumer": "projects/" + projectID, "quota_limit": kind + "Requests" + limit, "quota_limit_value": strconv.Itoa(value),
				"quota_location": "global", "quota_metric": service + "/" + metric, "quota_unit": "1/min/{project}/{user}", "service": service,
			}),
			object{"@type": "type.googleapis.com/google.rpc.Help", "links": []any{object{
				"description": "Request a higher quota limit.",
				"url":         "https://cloud.google.com/docs/quotas/help/request_increase"}}},
		}}
}

// disabled is said while the API is not switched on in the project.
func disabled() *failure {
	address := "https://console.developers.google.com/apis/api/" + service + "/overview?project=" + projectID
	message := "Google Sheets API has not been used in project " + projectID + " before or it is disabled. Enable it by visiting " +
		address + " then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
	return &failure{code: http.StatusForbidden, status: "PERMISSION_DENIED", message: message, details: []any{
		errorInfo("SERVICE_DISABLED", "googleapis.com", object{"activationUrl": address, "consumer": "projects/" + projectID,
			"containerInfo": projectID, "service": service, "serviceTitle": "Google Sheets API"}),
		object{"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US", "message": message},
		object{"@type": "type.googleapis.com/google.rpc.Help", "links": []any{object{"description": "Google developers console API activation", "url": address}}},
	}}
}

// storageFull is said while the owner of a spreadsheet has no room left.
func storageFull() *failure {
	return &failure{code: http.StatusForbidden, status: "PERMISSION_DENIED",
		message: "The user's Drive storage quota has been exceeded.",
		details: []any{errorInfo("storageQuotaExceeded", "usageLimits", object{"service": service})}}
}
