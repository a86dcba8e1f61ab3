package sqlite

import (
	"database/sql/driver"
	"encoding/binary"

	"github.com/cespare/xxhash/v2"

	"signalbox/backend/live"
)

// retryCandidates is how many messages with the same id a publish is compared
// with: the first, and so many of the newest.
const retryCandidates = 100

// insertOne stores the one message of ms, which has to be compared with others
// first, and returns the last number given.
func (w *writer) insertOne(epoch string, last int64, ms []live.Message) (int64, error) {
	m := &ms[0]
	m.Number = last + 1
	for _, known := range []func(string, *live.Message) (bool, error){w.knownOrigin, w.knownKey, w.knownID} {
		repeated, err := known(epoch, m)
		if repeated && err == nil && m.ID != "" {
			// Whether clients know the first one by its id.
			var again int64
			again, err = w.number(`SELECT ifnull(again, 0) FROM messages WHERE number = ?1
				UNION ALL SELECT ifnull(again, 0) FROM trimmed WHERE number = ?1`, m.Number)
			m.Again = again == 1
		}
		if repeated || err != nil {
			m.Repeated = repeated
			return last, err
		}
	}
	return last + 1, w.insertGroup(len(groups)-1, ms)
}

// ownOrigin says whether an origin is a position of this journal.
func ownOrigin(origin, epoch string) bool {
	p, ok := live.ParsePosition(origin)
	return ok && p.Epoch == epoch
}

// knownOrigin recognises a message that this journal, or this source, holds
// already. An origin proves nothing by itself: anybody can write one. So the
// content must be the same, and a message with the origin of another one is
// stored as a new message.
func (w *writer) knownOrigin(epoch string, m *live.Message) (bool, error) {
	if m.Origin == "" {
		return false, nil
	}
	if m.Home {
		// Another feed brought it, and our own stream brings it once more.
		var numbers []int64
		err := w.each(func(v []driver.Value) { numbers = append(numbers, v[0].(int64)) },
			"SELECT number FROM origins WHERE origin = ? LIMIT ?", m.Origin, int64(retryCandidates))
		for _, number := range numbers {
			if same, err := w.holds(number, m); same || err != nil {
				m.Number = number
				return same, err
			}
		}
		if err != nil {
			return false, err
		}
	}
	number := int64(0)
	if p, ok := live.ParsePosition(m.Origin); ok && p.Epoch == epoch {
		number = p.Number
	} else {
		fresh, err := w.changes("INSERT OR IGNORE INTO origins (origin, source, number) VALUES (?, ?, ?)", m.Origin, m.Source, m.Number)
		if fresh || err != nil {
			return false, err
		}
		if number, err = w.number("SELECT number FROM origins WHERE origin = ? AND source = ?", m.Origin, m.Source); err != nil {
			return false, err
		}
	}
	same, err := w.holds(number, m)
	if same {
		m.Number = number
		return true, err
	}
	m.Origin = ""
	return false, err
}

// holds reports whether the message with that number has the same content, or
// had before it was trimmed.
func (w *writer) holds(number int64, m *live.Message) (same bool, err error) {
	kept := false
	err = w.each(func(v []driver.Value) {
		kept = true
		same = v[0].(int64) == int64(m.Kind) && v[1].(string) == m.Type && v[2].(string) == m.Data
	}, "SELECT kind, type, data FROM messages WHERE number = ?", number)
	if kept || err != nil {
		return same, err
	}
	sum := contentSum(int64(m.Kind), m.Type, m.Data)
	err = w.each(func(v []driver.Value) { same = v[0].(int64) == sum }, "SELECT sum FROM trimmed WHERE number = ?", number)
	return same, err
}

// contentSum is what is remembered of the content of a trimmed message: all
// of it goes into the sum, because a message that is taken for another one is
// not stored.
func contentSum(kind int64, typ, data string) int64 {
	var h xxhash.Digest
	h.Reset()
	var head [16]byte
	binary.LittleEndian.PutUint64(head[:], uint64(kind))
	binary.LittleEndian.PutUint64(head[8:], uint64(len(typ)))
	// A Digest's Write never fails.
	_, _ = h.Write(head[:])
	_, _ = h.WriteString(typ)
	_, _ = h.WriteString(data)
	return int64(h.Sum64())
}

// knownKey recognises a publish by its Idempotency-Key.
func (w *writer) knownKey(_ string, m *live.Message) (bool, error) {
	if m.Key == "" {
		return false, nil
	}
	fresh, err := w.changes("INSERT OR IGNORE INTO keys (key, source, number) VALUES (?, ?, ?)", m.Key, m.Source, m.Number)
	if fresh || err != nil {
		return false, err
	}
	number, err := w.number("SELECT number FROM keys WHERE key = ? AND source = ?", m.Key, m.Source)
	if err != nil {
		return false, err
	}
	recent, same := false, false
	sum := contentSum(int64(m.Kind), m.Type, m.Data)
	err = w.each(func(v []driver.Value) {
		recent = inRetryTime(v[0].(int64), m)
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
			WithHint("A retry must be the same message; for another one choose another key.")
	}
	_, err = w.exec("UPDATE keys SET number = ? WHERE key = ? AND source = ?", m.Number, m.Key, m.Source)
	return false, err
}

func inRetryTime(received int64, m *live.Message) bool {
	d := micro(m.Received) - received
	return max(d, -d) <= live.RetryTime.Microseconds()
}

// knownID recognises a retry by its id. Where the message is no retry but its
// id was used before, Again is set.
func (w *writer) knownID(_ string, m *live.Message) (bool, error) {
	if m.ID == "" {
		return false, nil
	}
	fresh, err := w.changes("INSERT OR IGNORE INTO ids (id, source, number) VALUES (?, ?, ?)", m.ID, m.Source, m.Number)
	if fresh || err != nil {
		if n := w.repeating[m.Source]; n > 1 {
			w.repeating[m.Source] = n - 1
		} else {
			delete(w.repeating, m.Source)
		}
		return false, err
	}
	w.repeating[m.Source] = groups[0]
	if m.Once && m.Key == "" {
		number, err := w.retried(m)
		if number > 0 || err != nil {
			m.Number = number
			return number > 0, err
		}
	}
	m.Again = true
	return false, nil
}

// retried returns the number of the message that m repeats, 0 where there is
// none. Its id is known to have been used before.
func (w *writer) retried(m *live.Message) (int64, error) {
	received, limit := micro(m.Received), live.RetryTime.Microseconds()
	number, err := w.number(`SELECT number FROM messages WHERE number IN (
			SELECT number FROM ids WHERE id = ?1 AND source = ?2
			UNION ALL SELECT number FROM (SELECT number FROM messages INDEXED BY message_again
				WHERE id = ?1 AND source = ?2 AND again = 1 ORDER BY number DESC LIMIT ?3))
		AND kind = 0 AND type = ?4 AND size = ?5 AND abs(received - ?6) <= ?7 AND data = ?8 ORDER BY number LIMIT 1`,
		m.ID, m.Source, int64(retryCandidates), m.Type, int64(len(m.Data)), received, limit, m.Data)
	if number > 0 || err != nil {
		return number, err
	}
	return w.number(`SELECT number FROM trimmed WHERE number IN (
			SELECT number FROM ids WHERE id = ?1 AND source = ?2
			UNION ALL SELECT number FROM (SELECT number FROM trimmed INDEXED BY trimmed_again
				WHERE id = ?1 AND source = ?2 AND again = 1 ORDER BY number DESC LIMIT ?3))
		AND abs(received - ?4) <= ?5 AND sum = ?6 ORDER BY number LIMIT 1`,
		m.ID, m.Source, int64(retryCandidates), received, limit, contentSum(int64(m.Kind), m.Type, m.Data))
}

// changes runs a statement and reports whether it changed a row.
func (w *writer) changes(query string, args ...driver.Value) (bool, error) {
	r, err := w.exec(query, args...)
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

// number returns the number that a query finds, 0 where there is none.
func (w *writer) number(query string, args ...driver.Value) (n int64, err error) {
	err = w.each(func(v []driver.Value) { n = v[0].(int64) }, query, args...)
	return n, err
}
