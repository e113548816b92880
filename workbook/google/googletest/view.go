package googletest

import "net/http"

func (s *Server) view(w http.ResponseWriter, id string) { http.NotFound(w, nil) }
