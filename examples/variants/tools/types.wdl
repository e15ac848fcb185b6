version 1.0

struct Sample {
  String name
  File reads
  # The part of the reads that is used, such as 0.5; all of them where it is absent.
  Float? keep
}

struct Thresholds {
  Int min_depth
  Float min_fraction
}
