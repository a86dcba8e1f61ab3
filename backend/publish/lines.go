package publish

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"signalbox/backend/journal"
	"signalbox/backend/journal/recent"
	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// PublishLines appends the messages of a request of JSON lines to a channel, in
// one transaction and in their order: all of them or none. It returns a receipt
// for each. A retried message is not stored again; its receipt has the position
// of the first. Two equal messages with an id in one request are the same
// message, too.
//
// key is the Idempotency-Key of the request, or "". It is for messages that
// have no id or ask for a second copy (live.Draft.Once is false): the Key of
// such a message is the request's key with the number of its line. The other
// messages are recognised by their ids.
//
// An error about one message has the number of its line (live.Error.Line). The
// errors are those of Publish.
func (p *Publisher) PublishLines(ctx context.Context, channel string, lines wire.Lines, key string) ([]Receipt, error) {
	if i, err := p.checkLines(lines); err != nil {
		p.recent.addRefused(channel, &lines.Drafts[i], err)
		return nil, err
	}
	drafts := lines.Drafts
	if key != "" {
		for i := range drafts {
			if d := &drafts[i]; d.ID == "" || !d.Once {
				d.Key = lineKey(key, lines.Numbers[i])
			}
		}
	}
	var stored journal.Appended
	err := p.toChannel(ctx, channel, func(source int64) (err error) {
		for i := range drafts {
			drafts[i].Source = source
		}
		stored, err = p.journal.AppendAll(ctx, drafts)
		return err
	})
	if err != nil {
		err = onReusedLine(err)
		p.recent.addRefused(channel, &live.Draft{}, err)
		return nil, err
	}
	receipts := p.receipts(stored.Entries)
	p.recent.addLines(channel, drafts, receipts)
	return receipts, nil
}

// lineKey returns the key of a line of a request with a key. A key in a header has
// no line break, so no other request has this key.
func lineKey(key string, line int) string { return key + "\n" + strconv.Itoa(line) }

// onReusedLine adds the number of the line to an error about the key of a line.
func onReusedLine(err error) error {
	if key, ok := errors.AsType[live.ReusedKey](err); ok {
		_, line, _ := strings.Cut(string(key), "\n")
		if number, bad := strconv.Atoi(line); bad == nil {
			return wire.OnLine(number, err)
		}
	}
	return err
}

// checkLines returns the index of the first message that wire.Check refuses, and the
// error.
func (p *Publisher) checkLines(lines wire.Lines) (int, error) {
	epoch, most := p.journal.Epoch(), p.Limits().MaxEvent
	for i := range lines.Drafts {
		if err := wire.Check(epoch, &lines.Drafts[i], most); err != nil {
			return i, wire.OnLine(lines.Numbers[i], err)
		}
	}
	return 0, nil
}

// receipts returns the receipts of messages of one channel. It counts the
// clients only when the type changes: each count examines all clients with a
// filter.
func (p *Publisher) receipts(entries []*recent.Entry) []Receipt {
	epoch, count := p.journal.Epoch(), *p.clients.Load()
	receipts := make([]Receipt, len(entries))
	clients, counted := 0, "" // a type is never empty in the journal
	for i, e := range entries {
		m := &e.Message
		r := &receipts[i]
		r.Position, r.ID, r.Repeated = live.Position{Epoch: epoch, Number: m.Number}, wire.ChosenID(epoch, m), m.Repeated
		if r.Repeated {
			continue
		}
		if m.Type != counted {
			clients, counted = count(m), m.Type
		}
		r.Clients = clients
	}
	return receipts
}
