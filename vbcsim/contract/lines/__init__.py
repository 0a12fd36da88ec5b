"""Line makers: derived lines of the book, one file each; the file name is the YAML word."""
