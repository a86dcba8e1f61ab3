// Package signature narrows a search to the blocks of messages that can have a
// match. It knows no file and no database.
//
// A block is some consecutive messages with about 48 KiB of text. Its signature is
// a set of bits: each gram of the texts sets the bit of its hash. Grams are
//
//   - every three bytes that follow each other,
//   - every five digits of hexadecimal numbers, because the thousand groups of
//     three decimal digits are in every block that has times or order numbers,
//   - the first four digits of such a number with one and with two bytes before them:
//     of an article number such as "A-2999" the other grams are in every block,
//   - every two characters of three bytes in UTF-8, because most searches in
//     Chinese are for two characters,
//   - a backslash, and one before a u: without these, the names and texts of JSON
//     are written as they are.
//
// The letters A to Z count as a to z. If a text occurs in a message, the block has
// all bits of that text. So a block without one of them has no match; a block with
// all of them may have none either, and its messages must be tested.
//
// A signature has 512 to 65,536 bits, so that about a sixth of them is set: few for
// texts that repeat each other, many for texts that do not. Random text, such as
// Base64, sets most bits at any size, and its blocks are not narrowed much.
//
// A segment is up to 480 blocks, with their signatures bit-sliced: the bits of one
// hash of all blocks follow each other. A search reads only the slices of its own
// bits, 64 bytes each. Each slice has a checksum, because a bit that was lost would
// hide messages.
//
// Read block.go first, then segment.go and ask.go.
package signature
