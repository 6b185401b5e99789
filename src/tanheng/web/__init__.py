"""The app in the browser: ``tanheng serve``. Pages and an OGC API over the same jobs, which are runs of the command line."""
