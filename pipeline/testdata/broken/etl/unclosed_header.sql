/* @bruin
name: unclosed_header
