Feature: ML Framework and Dependency Security
  As a Platform Engineer
  I want to secure ML frameworks and dependencies
  So that vulnerable or malicious packages are not used

  Scenario: Package Source Validation
    Given ML frameworks and packages are installed
    When packages are validated
    Then packages shall be from official registries (PyPI, npm)
    And package integrity shall be verified
    And packages shall be scanned for vulnerabilities (CVEs)
    And malicious packages shall be detected
    And vulnerable packages shall be updated

