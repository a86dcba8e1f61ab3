package query

import (
	"strings"
	"testing"
	"time"

	"signalbox/backend/filter"
	"signalbox/backend/live"
	"signalbox/backend/sqlite/database"
)

// A search by id or for gaps would otherwise read the whole history: gaps pass
// every filter.
func TestGapsAreFoundByTheirIndex(t *testing.T) {
	file, err := database.Open(t.Context(), t.TempDir(), database.Options{Now: time.Now, Progress: func(int64, int64) {}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	for _, f := range []live.Filter{{Where: filter.MustParse("id:x")}, {Kinds: []live.Kind{live.GapKind}}, {Where: filter.MustParse("is:gap x")}, {Sources: []int64{1, 2}, Where: filter.MustParse("id:x")}} {
		for _, newest := range []bool{false, true} {
			var b builder
			b.add("EXPLAIN QUERY PLAN ")
			b.addGaps(newSelection(&f), 10, 1_000_000, newest, 100)
			var plan []string
			rows, err := file.Screens.QueryContext(t.Context(), b.text.String(), b.args...)
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				var id, parent, unused int
				var step string
				if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
					t.Fatal(err)
				}
				plan = append(plan, step)
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			got := strings.Join(plan, "; ")
			if !strings.Contains(got, "COVERING INDEX message_gap (number>? AND number<?)") || strings.Contains(got, "TEMP B-TREE") {
				t.Errorf("%+v: %s", f, got)
			}
		}
	}
}
