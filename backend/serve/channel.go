package serve

import (
	"net/http"

	"signalbox/backend/live"
)

type channelBody struct {
	Name   string    `json:"name"`
	Colour int       `json:"colour"`
	Keep   live.Keep `json:"keep"`
}

// readChannel reads what a channel is to be. Limits that are not named stay.
func (s *Server) readChannel(w http.ResponseWriter, r *http.Request, limits live.Keep) (b channelBody, err error) {
	b.Keep = limits
	if err := s.readObject(w, r, &b); err != nil {
		return b, err
	}
	if b.Colour < 0 || b.Colour > live.Colours {
		return b, live.Errorf("bad_colour", "A colour is a number from 1 to %d.", live.Colours).WithField("colour")
	}
	return b, nil
}

func (s *Server) addChannel(w http.ResponseWriter, r *http.Request) error {
	b, err := s.readChannel(w, r, live.Keep{})
	if err != nil {
		return err
	}
	src, err := s.j.AddSource(r.Context(), live.Source{Name: b.Name, Colour: b.Colour, Kind: live.ChannelSource, Keep: b.Keep})
	if err != nil {
		return err
	}
	s.sourcesChanged()
	return s.answerSource(w, http.StatusCreated, src, nil)
}

func (s *Server) changeChannel(w http.ResponseWriter, r *http.Request) error {
	src, err := s.channel(r)
	if err != nil {
		return err
	}
	b, err := s.readChannel(w, r, src.Keep)
	if err != nil {
		return err
	}
	if b.Name != "" {
		src.Name = b.Name
	}
	if b.Colour != 0 {
		src.Colour = b.Colour
	}
	src.Keep = b.Keep
	if src, err = s.j.ChangeSource(r.Context(), src); err != nil {
		return err
	}
	s.sourcesChanged()
	return s.answerSource(w, http.StatusOK, src, nil)
}

func (s *Server) removeChannel(w http.ResponseWriter, r *http.Request) error {
	src, err := s.channel(r)
	if err != nil {
		return err
	}
	if err := s.j.RemoveSource(r.Context(), src.ID); err != nil {
		return err
	}
	s.sourcesChanged()
	return done(w)
}

// channel looks up the channel that the address names.
func (s *Server) channel(r *http.Request) (live.Source, error) {
	name := r.PathValue("name")
	src, ok := s.j.Source(name)
	if !ok || src.Kind != live.ChannelSource {
		return live.Source{}, live.Errorf("not_found", "There is no channel called %q.", name)
	}
	return src, nil
}

// restore undoes the removal of a channel or a feed. By its id, because
// another may have its name by now.
func (s *Server) restore(w http.ResponseWriter, r *http.Request) error {
	var b struct {
		ID int64 `json:"id"`
	}
	if err := s.readObject(w, r, &b); err != nil {
		return err
	}
	src, ok := s.j.SourceByID(b.ID)
	if !ok {
		return live.Errorf("not_found", "It is too late to restore %q.", r.PathValue("name")).WithField("id").
			WithHint("A removed source is kept for ten minutes.")
	}
	defer s.sourcesChanged()
	if src.Kind == live.FeedSource {
		f, err := s.config().Feeds.Restore(r.Context(), b.ID)
		if err != nil {
			return err
		}
		return s.answerSource(w, http.StatusOK, f.Source, &f)
	}
	src, err := s.j.RestoreSource(r.Context(), b.ID)
	if err != nil {
		return err
	}
	return s.answerSource(w, http.StatusOK, src, nil)
}

func (s *Server) seen(w http.ResponseWriter, r *http.Request) error {
	src, ok := s.j.Source(r.PathValue("name"))
	if !ok {
		return live.Errorf("not_found", "There is no source called %q.", r.PathValue("name"))
	}
	if err := s.j.SetSeen(r.Context(), src.ID); err != nil {
		return err
	}
	s.Changed()
	return done(w)
}

func (s *Server) seenAll(w http.ResponseWriter, r *http.Request) error {
	for _, src := range s.j.Sources() {
		if t := s.j.Tally(src.ID); t.Seen == t.Appended {
			continue
		}
		if err := s.j.SetSeen(r.Context(), src.ID); err != nil {
			return err
		}
	}
	s.Changed()
	return done(w)
}
