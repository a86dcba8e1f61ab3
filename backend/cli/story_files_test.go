//go:build unix

package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
)

// files NAME serves the files of the script at $NAME, those that end in .sse as
// streams.
func (s *story) files(args []string) {
	args = s.flags("files NAME", 1, args, nil)
	folder := http.FileServer(http.Dir(s.MkAbs(".")))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".sse") {
			w.Header().Set("Content-Type", "text/event-stream")
		}
		folder.ServeHTTP(w, r)
	}))
	s.Defer(server.Close)
	s.Setenv(args[0], server.URL)
}
