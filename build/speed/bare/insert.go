package bare

import (
	"database/sql/driver"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// Insert inserts messages into a history of Signalbox with the statements that
// Signalbox uses: 64 rows in one INSERT, and transaction rows, a multiple of 64, in
// one transaction. id returns the id of a message or nil; ids go into another
// table too. Insert returns the messages committed a second.
func Insert(dir string, transaction int, id func(number int64) any, data string, length time.Duration) (float64, error) {
	const rows = 64
	conn, err := open(filepath.Join(dir, "signalbox.db"), url.Values{"_foreign_keys": {"on"}, "_cache_size": {"-16384"}})
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	p := preparer{conn: conn}
	row := "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	begin, commit := p.prepare("BEGIN IMMEDIATE"), p.prepare("COMMIT")
	insert := p.prepare("INSERT INTO messages (number, source, received, kind, connection, retry, size, type, id, data) VALUES " +
		strings.Repeat(row+", ", rows-1) + row)
	enter := p.prepare(`INSERT OR IGNORE INTO ids (id, source, number)
		SELECT id, source, number FROM messages WHERE number >= ? AND number <= ? AND id IS NOT NULL`)
	count := p.prepare(`UPDATE sources SET appended = appended + ?1, kept = kept + ?1, bytes = bytes + ?2, last = ?3, last_at = ?4
		WHERE id = ?5`)
	newest := p.prepare("SELECT number, source FROM messages ORDER BY number DESC LIMIT 1")
	if p.err != nil {
		return 0, p.err
	}
	found := make([]driver.Value, 2)
	if r, err := newest.Query(nil); err != nil {
		return 0, err
	} else if err := r.Next(found); err != nil {
		return 0, fmt.Errorf("the history is empty: %w", err)
	} else if err := r.Close(); err != nil {
		return 0, err
	}
	last, source := found[0].(int64), found[1].(int64)
	args := make([]driver.Value, 0, rows*10)
	begun, first := time.Now(), last
	for time.Since(begun) < length {
		if _, err := begin.Exec(nil); err != nil {
			return 0, err
		}
		received := time.Now().UnixMicro()
		for range transaction / rows {
			args = args[:0]
			for range rows {
				last++
				args = append(args, last, source, received, int64(0), int64(0), nil, int64(len(data)), "message", id(last), data)
			}
			if _, err := insert.Exec(args); err != nil {
				return 0, err
			}
			if id(last) != nil {
				if _, err := enter.Exec([]driver.Value{last - rows + 1, last}); err != nil {
					return 0, err
				}
			}
		}
		if _, err := count.Exec([]driver.Value{int64(transaction), int64(transaction * len(data)), last, received, source}); err != nil {
			return 0, err
		}
		if _, err := commit.Exec(nil); err != nil {
			return 0, err
		}
	}
	return float64(last-first) / time.Since(begun).Seconds(), nil
}
