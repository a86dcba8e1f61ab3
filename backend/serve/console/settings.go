package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
	"signalbox/backend/wire"
)

// ShowSettings answers GET /api/settings.
func (c *Console) ShowSettings(w http.ResponseWriter, r *http.Request) error {
	return httpapi.WriteJSON(w, http.StatusOK, c.settings.Settings())
}

// ChangeSettings answers PUT /api/settings. Settings that the body does not
// name stay.
func (c *Console) ChangeSettings(w http.ResponseWriter, r *http.Request) error {
	body, release, err := c.bodies.ReadSmall(w, r)
	if err != nil {
		return err
	}
	defer release()
	if _, err := wire.Members(body); err != nil {
		return err
	}
	settings, err := c.settings.Change(r.Context(), body)
	if err != nil {
		return err
	}
	c.Changed()
	return httpapi.WriteJSON(w, http.StatusOK, settings)
}

// ForgetRefused answers DELETE /api/refused?origin=: it takes a page off the list
// of those that were refused. It comes back when it asks again.
func (c *Console) ForgetRefused(w http.ResponseWriter, r *http.Request) error {
	if !c.server.ForgetRefused(r.URL.Query().Get("origin")) {
		return live.Errorf("not_found/refused", "This page is not in the list of refused pages any more.")
	}
	c.Changed()
	return httpapi.WriteNothing(w)
}

// maxLayout is the largest layout, in bytes.
const maxLayout = 64 << 10

// ShowLayout answers GET /api/window with the stored layout.
func (c *Console) ShowLayout(w http.ResponseWriter, r *http.Request) error {
	layout, err := c.settings.Layout(r.Context())
	if err != nil {
		return err
	}
	return httpapi.WriteJSON(w, http.StatusOK, layout)
}

// SetLayout answers PUT /api/window. It stores the layout.
func (c *Console) SetLayout(w http.ResponseWriter, r *http.Request) error {
	return c.storeLayout(w, r, c.settings.SetLayout)
}

// ChangeLayout answers PATCH /api/window. It stores the members of the object in
// the layout and keeps the others, so that two pages do not undo what the other
// stores.
func (c *Console) ChangeLayout(w http.ResponseWriter, r *http.Request) error {
	return c.storeLayout(w, r, func(ctx context.Context, change json.RawMessage) error {
		c.layout.Lock()
		defer c.layout.Unlock()
		stored, err := c.settings.Layout(ctx)
		if err != nil {
			return err
		}
		layout := map[string]json.RawMessage{}
		for _, object := range []json.RawMessage{stored, change} {
			if err := json.Unmarshal(object, &layout); err != nil {
				return fmt.Errorf("change the layout: %w", err)
			}
		}
		if stored, err = json.Marshal(layout); err != nil {
			return err
		}
		if len(stored) > maxLayout {
			return layoutTooLarge()
		}
		return c.settings.SetLayout(ctx, stored)
	})
}

func layoutTooLarge() error {
	return live.Errorf("too_large/layout", "The layout is larger than the limit of {max_bytes}.", "max_bytes", maxLayout)
}

func (c *Console) storeLayout(w http.ResponseWriter, r *http.Request, store func(context.Context, json.RawMessage) error) error {
	body, release, err := c.bodies.Read(w, r, maxLayout, layoutTooLarge)
	if err != nil {
		return err
	}
	defer release()
	if _, err := wire.Members(body); err != nil {
		return err
	}
	if err := store(r.Context(), body); err != nil {
		return err
	}
	return httpapi.WriteNothing(w)
}
