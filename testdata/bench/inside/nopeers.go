//go:build nopeers

package main

// peers are none where their modules cannot be had.
var peers []subject
