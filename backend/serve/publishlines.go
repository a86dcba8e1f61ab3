package serve

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/serve/httpapi"
	"signalbox/backend/wire"
)

// minLinesBody is the least limit of a body of JSON lines, in bytes: it holds
// also where the largest event is set very low.
const minLinesBody = 32 << 20

// publishLines publishes JSON lines: a message on each line. All of them are
// committed together, or none.
func (s *Server) publishLines(ctx context.Context, w http.ResponseWriter, r *http.Request, channel string) error {
	lines, key, release, err := s.readLines(w, r)
	defer release()
	if err != nil {
		s.publisher.Refuse(channel, live.Draft{}, err)
		return err
	}
	start := time.Now()
	receipts, err := s.publisher.PublishLines(ctx, channel, lines, key)
	s.checkSources()
	if err != nil {
		return err
	}
	took := time.Since(start)
	for range receipts {
		s.metrics.published(took) // counts messages, as for single ones
	}
	answer := appendReceipts(make([]byte, 0, 64+80*len(receipts)), receipts)
	w.Header().Set("Content-Length", strconv.Itoa(len(answer))) // or net/http would send it in chunks
	httpapi.WriteEncoded(w, http.StatusCreated, answer)
	return nil
}

// readLines reads the messages and the Idempotency-Key of a request. Their
// texts take as much memory as the body: call release when they are published.
func (s *Server) readLines(w http.ResponseWriter, r *http.Request) (_ wire.Lines, key string, release func(), err error) {
	limit := max(s.maxPublishBody(), minLinesBody)
	body, release, err := s.bodies.Read(w, r, limit, func() error {
		return live.Errorf("too_large/lines", "The lines together are larger than the limit of {max_bytes}.", "max_bytes", limit).
			WithHint("Send them in several requests.")
	})
	if err != nil {
		return wire.Lines{}, "", func() {}, err
	}
	query, err := queryOf(r)
	if err != nil {
		return wire.Lines{}, "", release, err
	}
	lines, err := wire.ParseLines(r.Header.Get("Content-Type"), body, query)
	if err != nil {
		return wire.Lines{}, "", release, err
	}
	key, err = idempotencyKey(r)
	return lines, key, release, err
}

// appendReceipts appends the answer to JSON lines: how many messages were
// stored, how many were retries, and a receipt for each, on a line of its own.
func appendReceipts(b []byte, receipts []publish.Receipt) []byte {
	repeated := 0
	for i := range receipts {
		if receipts[i].Repeated {
			repeated++
		}
	}
	b = strconv.AppendInt(append(b, `{"stored":`...), int64(len(receipts)-repeated), 10)
	b = strconv.AppendInt(append(b, `,"repeated":`...), int64(repeated), 10)
	b = append(b, `,"receipts":[`...)
	for i := range receipts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendReceipt(append(b, '\n'), &receipts[i])
	}
	return append(b, "\n]}\n"...)
}
