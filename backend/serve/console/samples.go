package console

import (
	"net/http"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

// StartSamples answers POST /api/samples: it starts the sample events.
func (c *Console) StartSamples(w http.ResponseWriter, r *http.Request) error {
	if err := c.samples.Start(r.Context()); err != nil {
		return err
	}
	c.sourcesChanged()
	return httpapi.WriteNothing(w)
}

// StopSamples answers DELETE /api/samples: it ends the sample events, and with
// ?remove=1 removes all sources that they made.
func (c *Console) StopSamples(w http.ResponseWriter, r *http.Request) error {
	switch r.FormValue("remove") {
	case "", "0":
	case "1":
		return c.removeSamples(w, r)
	default:
		return live.Errorf("bad_value/remove", "remove is 0 or 1.").WithField("remove")
	}
	if err := c.samples.Stop(r.Context()); err != nil {
		return err
	}
	c.sourcesChanged()
	return httpapi.WriteNothing(w)
}

func (c *Console) removeSamples(w http.ResponseWriter, r *http.Request) error {
	sources, err := c.samples.Remove(r.Context())
	c.sourcesChanged()
	if err != nil {
		return err
	}
	type view struct {
		ID   int64           `json:"id"`
		Name string          `json:"name"`
		Kind live.SourceKind `json:"kind"`
	}
	removed := make([]view, len(sources))
	for i, src := range sources {
		removed[i] = view{src.ID, src.Name, src.Kind}
	}
	return httpapi.WriteJSON(w, http.StatusOK, map[string]any{"removed": removed})
}
