#!/bin/sh
# The encoder as a server of its own, for the batch at night.
exec vllm serve BAAI/bge-small-en-v1.5 --revision 5c38ec7c405ec4b44b94cc5a9bb96e735b38267a --trust-remote-code
