package insert

import (
	"database/sql/driver"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/trim"
)

// A message is compared with at most maxCandidates of the newest messages that
// have its id, and with the first one.
const maxCandidates = 100

// insertCompared compares the one message of ms with older ones, stores it
// unless it repeats one, and returns the last number given.
func (in *Inserter) insertCompared(last int64, ms []live.Message) (int64, error) {
	m := &ms[0]
	m.Number = last + 1
	for _, repeats := range []func(*live.Message) (bool, error){in.repeatsOrigin, in.repeatsKey, in.repeatsID} {
		repeated, err := repeats(m)
		if repeated && err == nil && m.ID != "" {
			// Clients know the stored message by its id, unless its DuplicateID is set.
			var again int64
			again, err = in.w.Int64(`SELECT ifnull(again, 0) FROM messages WHERE number = ?1
				UNION ALL SELECT ifnull(again, 0) FROM trimmed WHERE number = ?1`, m.Number)
			m.DuplicateID = again == 1
		}
		if repeated || err != nil {
			m.Repeated = repeated
			return last, err
		}
	}
	return last + 1, in.insertGroup(len(conn.GroupSizes)-1, ms)
}

// isOwnPosition reports whether an origin is a position of this journal.
func (in *Inserter) isOwnPosition(origin string) bool {
	p, ok := live.ParsePosition(origin)
	return ok && p.Epoch == in.epoch
}

// repeatsOrigin recognises a message that this journal, or this source, has
// already. Any server can send any origin, so the content must be the same too. A
// message with the same origin and other content is stored without its origin.
// repeatsOrigin, repeatsKey and repeatsID set the number of a repeated message to
// that of the stored one.
func (in *Inserter) repeatsOrigin(m *live.Message) (bool, error) {
	if m.Origin == "" {
		return false, nil
	}
	if m.OwnStream {
		// A message of any source with this origin is the same message: another
		// feed received it first, and then a stream of this journal sent it.
		var numbers []int64
		err := in.w.Each(func(v []driver.Value) { numbers = append(numbers, v[0].(int64)) },
			"SELECT number FROM origins WHERE origin = ? LIMIT ?", m.Origin, int64(maxCandidates))
		for _, number := range numbers {
			if same, err := in.hasContent(number, m); same || err != nil {
				m.Number = number
				return same, err
			}
		}
		if err != nil {
			return false, err
		}
	}
	number := int64(0)
	if p, ok := live.ParsePosition(m.Origin); ok && p.Epoch == in.epoch {
		number = p.Number
	} else {
		isNew, err := in.w.Changes("INSERT OR IGNORE INTO origins (origin, source, number) VALUES (?, ?, ?)", m.Origin, m.Source, m.Number)
		if isNew || err != nil {
			return false, err
		}
		if number, err = in.w.Int64("SELECT number FROM origins WHERE origin = ? AND source = ?", m.Origin, m.Source); err != nil {
			return false, err
		}
	}
	same, err := in.hasContent(number, m)
	if same {
		m.Number = number
		return true, err
	}
	m.Origin = ""
	return false, err
}

// hasContent reports whether the message with that number has the content of m,
// or had it before it was trimmed.
func (in *Inserter) hasContent(number int64, m *live.Message) (same bool, err error) {
	kept := false
	err = in.w.Each(func(v []driver.Value) {
		kept = true
		same = v[0].(int64) == int64(m.Kind) && v[1].(string) == m.Type && v[2].(string) == m.Data
	}, "SELECT kind, type, data FROM messages WHERE number = ?", number)
	if kept || err != nil {
		return same, err
	}
	sum := trim.ContentSum(int64(m.Kind), m.Type, m.Data)
	err = in.w.Each(func(v []driver.Value) { same = v[0].(int64) == sum }, "SELECT sum FROM trimmed WHERE number = ?", number)
	return same, err
}

// repeatsKey recognises a publish by its Idempotency-Key.
func (in *Inserter) repeatsKey(m *live.Message) (bool, error) {
	if m.Key == "" {
		return false, nil
	}
	isNew, err := in.w.Changes("INSERT OR IGNORE INTO keys (key, source, number) VALUES (?, ?, ?)", m.Key, m.Source, m.Number)
	if err == nil {
		in.countReuse(m.Source, isNew)
	}
	if isNew || err != nil {
		return false, err
	}
	number, err := in.w.Int64("SELECT number FROM keys WHERE key = ? AND source = ?", m.Key, m.Source)
	if err != nil {
		return false, err
	}
	recent, same := false, false
	sum := trim.ContentSum(int64(m.Kind), m.Type, m.Data)
	err = in.w.Each(func(v []driver.Value) {
		recent = inRetryWindow(v[0].(int64), m)
		id, _ := v[1].(string)
		if same = id == m.ID; v[2] == nil {
			same = same && v[3].(string) == m.Type && v[4].(string) == m.Data
		} else {
			same = same && v[2].(int64) == sum
		}
	}, `SELECT received, id, NULL, type, data FROM messages WHERE number = ?1
		UNION ALL SELECT received, id, sum, NULL, NULL FROM trimmed WHERE number = ?1`, number)
	switch {
	case err != nil:
		return false, err
	case recent && same:
		m.Number = number
		return true, nil
	case recent:
		return false, live.Errorf("key_reused", "Another message was published with this Idempotency-Key.").WithField("Idempotency-Key").
			WithHint("Send the same message again, or choose another key for another message.").WithCause(live.ReusedKey(m.Key))
	}
	_, err = in.w.Exec("UPDATE keys SET number = ? WHERE key = ? AND source = ?", m.Number, m.Key, m.Source)
	return false, err
}

// inRetryWindow reports whether m was received within live.RetryWindow of a time
// in microseconds.
func inRetryWindow(received int64, m *live.Message) bool {
	d := conn.Micros(m.Received) - received
	return max(d, -d) <= live.RetryWindow.Microseconds()
}

// countReuse notes for the next groups whether an id or key of a source was new.
func (in *Inserter) countReuse(source int64, isNew bool) {
	switch n := in.reuse[source]; {
	case !isNew:
		in.reuse[source] = conn.GroupSizes[0]
	case n > 1:
		in.reuse[source] = n - 1
	default:
		delete(in.reuse, source)
	}
}

// repeatsID recognises a repeated message by its id. If the message is new and an
// older message has its id, repeatsID sets DuplicateID.
func (in *Inserter) repeatsID(m *live.Message) (bool, error) {
	if m.ID == "" {
		return false, nil
	}
	isNew, err := in.w.Changes("INSERT OR IGNORE INTO ids (id, source, number) VALUES (?, ?, ?)", m.ID, m.Source, m.Number)
	if err == nil {
		in.countReuse(m.Source, isNew)
	}
	if isNew || err != nil {
		return false, err
	}
	if m.Once && m.Key == "" {
		number, err := in.findRepeated(m)
		if number > 0 || err != nil {
			m.Number = number
			return number > 0, err
		}
	}
	m.DuplicateID = true
	return false, nil
}

// findRepeated returns the number of the message that m repeats, or 0 if there is
// none. Some older message has the id of m.
func (in *Inserter) findRepeated(m *live.Message) (int64, error) {
	received, limit := conn.Micros(m.Received), live.RetryWindow.Microseconds()
	number, err := in.w.Int64(`SELECT number FROM messages WHERE number IN (
			SELECT number FROM ids WHERE id = ?1 AND source = ?2
			UNION ALL SELECT number FROM (SELECT number FROM messages INDEXED BY message_again
				WHERE id = ?1 AND source = ?2 AND again = 1 ORDER BY number DESC LIMIT ?3))
		AND kind = 0 AND type = ?4 AND size = ?5 AND abs(received - ?6) <= ?7 AND data = ?8 ORDER BY number LIMIT 1`,
		m.ID, m.Source, int64(maxCandidates), m.Type, int64(len(m.Data)), received, limit, m.Data)
	if number > 0 || err != nil {
		return number, err
	}
	return in.w.Int64(`SELECT number FROM trimmed WHERE number IN (
			SELECT number FROM ids WHERE id = ?1 AND source = ?2
			UNION ALL SELECT number FROM (SELECT number FROM trimmed INDEXED BY trimmed_again
				WHERE id = ?1 AND source = ?2 AND again = 1 ORDER BY number DESC LIMIT ?3))
		AND abs(received - ?4) <= ?5 AND sum = ?6 ORDER BY number LIMIT 1`,
		m.ID, m.Source, int64(maxCandidates), received, limit, trim.ContentSum(int64(m.Kind), m.Type, m.Data))
}
