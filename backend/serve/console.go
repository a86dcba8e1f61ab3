package serve

import (
	"net/http"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

func (s *Server) settings(w http.ResponseWriter, r *http.Request) error {
	return answer(w, http.StatusOK, s.config().Settings.Settings())
}

func (s *Server) changeSettings(w http.ResponseWriter, r *http.Request) error {
	body, release, err := s.readSmall(w, r)
	if err != nil {
		return err
	}
	defer release()
	if _, err := wire.Members(body); err != nil {
		return err
	}
	settings, err := s.config().Settings.Change(r.Context(), body)
	if err != nil {
		return err
	}
	s.Changed()
	return answer(w, http.StatusOK, settings)
}

// maxLayout is the most that the window may remember.
const maxLayout = 64 << 10

func (s *Server) layout(w http.ResponseWriter, r *http.Request) error {
	layout, err := s.config().Settings.Layout(r.Context())
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, layout)
}

func (s *Server) setLayout(w http.ResponseWriter, r *http.Request) error {
	body, release, err := s.readBody(w, r, maxLayout, func() error {
		return live.Errorf("too_large", "The layout is larger than the limit of 64 KiB.")
	})
	if err != nil {
		return err
	}
	defer release()
	if _, err := wire.Members(body); err != nil {
		return err
	}
	if err := s.config().Settings.SetLayout(r.Context(), body); err != nil {
		return err
	}
	return done(w)
}

func (s *Server) startSamples(w http.ResponseWriter, r *http.Request) error {
	if err := s.config().Samples.Start(r.Context()); err != nil {
		return err
	}
	s.sourcesChanged()
	return done(w)
}

// stopSamples ends the samples; with ?remove=1 it removes all that they made.
func (s *Server) stopSamples(w http.ResponseWriter, r *http.Request) error {
	switch r.FormValue("remove") {
	case "", "0":
	case "1":
		return s.removeSamples(w, r)
	default:
		return live.Errorf("bad_value", "remove is 0 or 1.").WithField("remove")
	}
	if err := s.config().Samples.Stop(r.Context()); err != nil {
		return err
	}
	s.sourcesChanged()
	return done(w)
}

func (s *Server) removeSamples(w http.ResponseWriter, r *http.Request) error {
	gone, err := s.config().Samples.Remove(r.Context())
	s.sourcesChanged()
	if err != nil {
		return err
	}
	type view struct {
		ID   int64           `json:"id"`
		Name string          `json:"name"`
		Kind live.SourceKind `json:"kind"`
	}
	removed := make([]view, len(gone))
	for i, src := range gone {
		removed[i] = view{src.ID, src.Name, src.Kind}
	}
	return answer(w, http.StatusOK, map[string]any{"removed": removed})
}
