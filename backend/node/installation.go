package node

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"signalbox/backend/setting"
	"signalbox/backend/sqlite/installation"
)

// consoleToken returns the setting token. Without it, it returns the token that
// the first start made and stored.
func (n *Node) consoleToken(ctx context.Context) (string, error) {
	if token := n.opt.Settings.Text(setting.Token); token != "" {
		return token, nil
	}
	token, ok, err := n.installation.Setting(ctx, "token")
	if err != nil || ok {
		return token, err
	}
	token = rand.Text()
	err = n.installation.PutSetting(ctx, "token", token)
	if n.journal.Stats().Fault != nil {
		return token, nil // a history that cannot be written can still be read
	}
	return token, err
}

// WindowValue returns the text that SetWindowValue stored under a name, or "".
func (n *Node) WindowValue(ctx context.Context, name string) (string, error) {
	value, _, err := n.installation.Setting(ctx, "desk."+name)
	return value, err
}

// SetWindowValue stores a text for the window, such as its size.
func (n *Node) SetWindowValue(ctx context.Context, name, value string) error {
	return n.installation.PutSetting(ctx, "desk."+name, value)
}

// sessions store which browsers were signed out.
type sessions struct{ store *installation.Store }

func (s sessions) SignedOut(ctx context.Context) (json.RawMessage, error) {
	stored, ok, err := s.store.Setting(ctx, "signed_out")
	if err != nil || !ok {
		return nil, err
	}
	return json.RawMessage(stored), nil
}

func (s sessions) SetSignedOut(ctx context.Context, signedOut json.RawMessage) error {
	return s.store.PutSetting(ctx, "signed_out", string(signedOut))
}

// sampleStore stores the state of the sample events.
type sampleStore struct{ store *installation.Store }

func (s sampleStore) Load(ctx context.Context) (string, error) {
	text, _, err := s.store.Setting(ctx, "samples")
	return text, err
}

func (s sampleStore) Save(ctx context.Context, text string) error {
	return s.store.PutSetting(ctx, "samples", text)
}
