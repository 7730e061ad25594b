// What is evaluated has its own options and help: clips, or alert rules on long sessions.
if (process.argv.includes('--alerts')) await import('./evaluate-alerts.js')
else await import('./evaluate-clips.js')
