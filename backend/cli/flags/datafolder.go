package flags

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
)

// FolderFile returns the file that stores the data folder chosen on the settings
// screen.
func FolderFile() string { return filepath.Join(xdg.StateHome, "signalbox", "data-folder") }

// DataFolder returns the data folder unless a setting names another one.
func DataFolder() string {
	if b, err := os.ReadFile(FolderFile()); err == nil {
		if dir := strings.TrimSpace(string(b)); filepath.IsAbs(dir) {
			return dir
		}
	}
	return filepath.Join(xdg.DataHome, "signalbox")
}
