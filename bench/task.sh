#!/bin/bash
# The least that any engine has to do for one `echo` task: the fixed baseline of the scatter benchmark.
cd "$1" || exit 1
echo hello > stdout 2> stderr
echo $? > rc.tmp
mv rc.tmp rc
