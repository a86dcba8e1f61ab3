package bare

import (
	"io"
	"net/http"
	"strconv"
)

// A server has one log. It ignores the channel's name.
type server struct {
	log log
	// store adds a message to the log, after storing it if the server is durable.
	store func(data []byte) (number int64, err error)
}

// New returns the bare server.
func New() http.Handler { return newServer().handler() }

func newServer() *server {
	s := &server{}
	s.log.tail = newSegment(segmentSize)
	s.store = func(data []byte) (int64, error) { return s.log.append(data), nil }
	return s
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /channels/{channel}/messages", s.publish)
	mux.HandleFunc("GET /events/{source}", s.events)
	return mux
}

func (s *server) publish(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	number, err := s.store(data)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	receipt := append(make([]byte, 0, 64), `{"position":"bare.`...)
	receipt = strconv.AppendInt(receipt, number, 10)
	receipt = append(receipt, "\"}\n"...)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	w.Write(receipt)
}

func (s *server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	place := s.log.end()
	if out.Flush() != nil {
		return
	}
	for {
		frames := place.frames()
		if frames == nil {
			more := s.log.more()
			if frames = place.frames(); frames == nil {
				select {
				case <-more:
					continue
				case <-r.Context().Done():
					return
				}
			}
		}
		if _, err := w.Write(frames); err != nil {
			return
		}
		if out.Flush() != nil {
			return
		}
	}
}
