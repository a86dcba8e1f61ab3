package example

import (
	"bytes"
	"encoding/json"
)

// JSON returns v as JSON on one line. It does not escape < and &. It panics if
// encoding/json cannot encode v.
func JSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
