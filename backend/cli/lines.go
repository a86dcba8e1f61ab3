package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// eachLine calls do with every line, without its line break, as it comes. The
// last line counts without one too.
func eachLine(r io.Reader, do func(string) error) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
			if err := do(line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read standard input: %w", err)
		}
	}
}
