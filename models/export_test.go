package models

// Miscounted is what the tests of this package ask of any database, for the test of one that others made.
var Miscounted = miscounted
