package desk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"signalbox/backend/live"
	"signalbox/backend/output"
)

// SaveExport writes into a file what the dashboard's handler answers to GET /export
// with these parameters. It replaces a file of that name, which the dialog has asked
// about. The file gets its name only if the export is complete.
func SaveExport(ctx context.Context, dashboard http.Handler, query, file string) error {
	out, err := output.Open(file, nil, true)
	if err != nil {
		return err
	}
	defer out.Discard()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/export?"+query, nil)
	if err != nil {
		return err
	}
	w := &fileAnswer{header: http.Header{}, out: out}
	w.answer(dashboard, r)
	switch {
	case w.err != nil:
		return w.err
	case w.refusal != nil:
		var body struct{ Error *live.Error }
		if json.Unmarshal(w.refusal, &body) == nil && body.Error != nil {
			return body.Error
		}
		return errors.New(string(w.refusal))
	case w.header.Get("Signalbox-Export") != "complete":
		return live.Errorf("export_ended/cut", "The export ended before it was complete.")
	}
	return out.Complete()
}

// A fileAnswer writes an answer into a file.
type fileAnswer struct {
	header  http.Header
	status  int
	out     *output.Output
	refusal []byte // the answer if it is an error
	err     error  // of the file
}

// answer calls the handler, which aborts an answer that is not complete.
func (w *fileAnswer) answer(h http.Handler, r *http.Request) {
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler {
			panic(p)
		}
	}()
	h.ServeHTTP(w, r)
}

func (w *fileAnswer) Header() http.Header { return w.header }

func (w *fileAnswer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *fileAnswer) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.status != http.StatusOK {
		w.refusal = append(w.refusal, b...)
		return len(b), nil
	}
	n, err := w.out.Write(b)
	if err != nil {
		w.err = output.Cannot(w.out.Name(), err)
	}
	return n, err
}
