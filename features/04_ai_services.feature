Feature: Third-Party AI Service Security
  As a Security Architect
  I want to secure third-party AI services
  So that sensitive data is not leaked

  Scenario: AI Service Provider Assessment
    Given third-party AI service is used
    When provider is assessed
    Then provider security practices shall be reviewed
    And data handling policies shall be verified
    And data residency requirements shall be met
    And provider shall sign data processing agreement
    And provider risk shall be acceptable

