// How Allure 3 shows a run of the suite; `supplychain report` renders with it and then takes every request
// to the outside out of the page. Paths are relative to the folder that Allure is started in.

// An outcome that is not a pass has one of four names. The first rule that matches wins.
const rules = [
  { name: "Not met", matchers: { statuses: ["failed"] } },
  {
    name: "Could not be determined",
    matchers: { statuses: ["broken"], message: /^undetermined:/ },
  },
  // Besides `error:` this takes whatever else broke: what nobody foresaw is not to be trusted either.
  { name: "Cannot be trusted", matchers: { statuses: ["broken"] } },
  { name: "Not applicable", matchers: { statuses: ["skipped"] } },
];

export default {
  name: "COMP-EN18031-025 Model Supply Chain Security",
  output: "reports/allure-report",
  historyPath: "reports/history.jsonl",
  appendHistory: true,
  historyLimit: 50,
  categories: { rules },
  plugins: {
    awesome: {
      options: {
        singleFile: true,
        reportLanguage: "en",
        groupBy: ["feature"],
      },
    },
  },
};
