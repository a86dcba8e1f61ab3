// Package setting describes the settings of Signalbox. A description is one
// Setting: its name, type, default and bounds, its scope, whether a change waits
// for a restart, and its texts. The command line, the
// environment, the configuration file, the settings API, their checks, the help
// and docs/settings.md are all made from the descriptions. A new setting is one
// entry in settings.go.
//
// The package promises that a value has the same bounds, and is refused with
// the same sentence, in a flag, the environment, the file and the API. It does not
// know the effect of a setting: the packages look their settings up in Values.
//
// Read settings.go first, then setting.go (Setting), check.go (the checks and
// their sentences), values.go (Values and their JSON) and reference.go (the
// configuration file with all settings).
package setting
